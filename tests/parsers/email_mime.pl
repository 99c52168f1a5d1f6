# Reads a letter from standard input with Email::MIME, and prints what it found as JSON.
use strict; use warnings;
use Email::MIME; use Email::Address::XS; use JSON::PP; use Time::Local;

local $/;
binmode STDIN;
my $mail = Email::MIME->new(scalar <STDIN>);
my %months; @months{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = 0 .. 11;
my ($d, $mon, $y, $h, $m, $s) = $mail->header_raw("Date") =~ /(\d+) (\w+) (\d+) (\d+):(\d+):(\d+) \+0000/;
my ($text, $html) = map { $_->body_str } $mail->subparts;
my ($list) = $mail->header_raw("List-Unsubscribe") =~ /<(.*)>/;
my ($id) = $mail->header_raw("List-Id") =~ /<(.*)>/;
sub addresses {
  my @found = Email::MIME::Header::AddressList->from_mime_string($mail->header_raw($_[0]))->addresses;
  [map { [$_->phrase // "", $_->address] } @found];
}
use Email::MIME::Header::AddressList;
print JSON::PP->new->ascii->encode({
  subject => $mail->header_str("Subject"),
  from => addresses("From"),
  to => addresses("To"),
  message_id => $mail->header_raw("Message-ID"),
  seconds => timegm($s, $m, $h, $d, $months{$mon}, $y),
  list_unsubscribe => $list,
  list_id => $id,
  text => $text,
  html => $html,
});
