"""What comes to a return path: reports, complaints, and all that is neither. Our own words."""

from __future__ import annotations

READER = "ada@example.org"


def status_report(
    came_to: str,
    status: str = "5.1.1",
    said: str = "550 5.1.1 <ada@example.org>: no such mailbox here",
    action: str = "failed",
) -> bytes:
    """A delivery report (RFC 3464), as most mail servers write it."""
    return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {came_to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_x"

--=_x
Content-Type: text/plain; charset=us-ascii

This is the mail system at mx.example.net. Your letter could not be handed on.

--=_x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Queue-ID: 4F2A31

Final-Recipient: rfc822; {READER}
Original-Recipient: rfc822;{READER}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--=_x
Content-Type: message/rfc822

From: coach@example.com
Subject: A letter

Status: 5.1.1 is what this letter is about.

--=_x--
""".replace("\n", "\r\n").encode()


def complaint(came_to: str, kind: str = "abuse", original_mail_from: str = "") -> bytes:
    """A complaint (RFC 5965), as mailbox providers write it."""
    from_line = f"Original-Mail-From: <{original_mail_from}>\n" if original_mail_from else ""
    return f"""From: <fbl@provider.example>
To: {came_to}
Subject: FW: A letter
MIME-Version: 1.0
Content-Type: multipart/report; report-type="feedback-report"; boundary="=_y"

--=_y
Content-Type: text/plain

This is an email abuse report for a message received from 192.0.2.1.

--=_y
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{from_line}Arrival-Date: Tue, 02 Jun 2026 14:00:00 GMT

--=_y
Content-Type: message/rfc822

From: coach@example.com
Subject: A letter

Words.

--=_y--
""".encode()


def qmail(came_to: str, reader: str = READER, said: str = "#5.1.1") -> bytes:
    """A bounce from before the standard, as qmail still writes it."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@old.example.net
To: {came_to}
Subject: failure notice

Hi. This is the qmail-send program at old.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{reader}>:
Sorry, no mailbox here by that name. ({said})

--- Below this line is a copy of the message.

Subject: A letter

Words.
""".encode()


def exim(came_to: str, reader: str = READER) -> bytes:
    """A bounce as Exim wrote it until 4.84: no report, and marked as an answering machine's."""
    return f"""Return-path: <>
X-Failed-Recipients: {reader}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: {came_to}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {reader}
    SMTP error from remote mail server after RCPT TO:<{reader}>:
    host mx.example.org [192.0.2.1]: 550 5.1.1 <{reader}>: User unknown

------ This is a copy of the message, including all the headers. ------

Subject: A letter

Words.
""".encode()


OUT_OF_OFFICE = {
    "en": ("Out of office", "I am away until Monday. For urgent matters call 550 5511."),
    "fr": ("Absence du bureau", "Je suis absente jusqu'au 5.1.1 et vous répondrai au retour."),
    "de": ("Abwesenheitsnotiz", "Ich bin bis Montag nicht im Büro und habe keinen Zugriff."),
    "es": ("Fuera de la oficina", "Estoy de vacaciones. Su mensaje no fue entregado a nadie más."),
    "pt": ("Ausência temporária", "Estou ausente e responderei na volta. Erro 550 é piada."),
    "it": ("Fuori sede", "Sono in ferie. Per urgenze scrivete ad altra@example.org."),
    "nl": ("Afwezig", "Ik ben niet bereikbaar. Uw bericht is niet doorgestuurd."),
    "pl": ("Poza biurem", "Jestem na urlopie, odpowiem po powrocie."),
    "ja": ("不在のお知らせ", "ただいま不在にしております。月曜日に戻ります。"),
    "ar": ("خارج المكتب", "أنا خارج المكتب حتى يوم الاثنين."),
}


def out_of_office(language: str, came_to: str, marked: bool) -> bytes:
    """An answer by a machine. Many say that they are one (RFC 3834); some do not."""
    subject, words = OUT_OF_OFFICE[language]
    mark = "Auto-Submitted: auto-replied\n" if marked else ""
    return f"""Return-Path: <{READER}>
From: Ada <{READER}>
To: {came_to}
Subject: {subject}
{mark}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Language: {language}

{words}

The following addresses had permanent fatal errors -----
<{READER}>
----- Transcript of session follows
""".encode()


def harmless(came_to: str) -> dict[str, bytes]:
    """All else that finds its way to a return path, and must change nothing."""
    report = status_report(came_to).decode()
    return {
        "a mailing list's answer": f"""Return-Path: <>
From: list-bounces@lists.example.net
To: {came_to}
Precedence: list
List-Id: <talk.lists.example.net>
Subject: Your message awaits approval

The following addresses had permanent fatal errors -----
<{READER}>
----- Transcript of session follows
""".encode(),
        "a challenge": f"""Return-Path: <confirm@challenge.example>
From: confirm@challenge.example
To: {came_to}
Subject: Please prove that you are a person

Your letter to {READER} waits. 550 5.1.1 until you press https://challenge.example/x
""".encode(),
        "spam": f"""Return-Path: <win@spam.example>
From: MAILER DAEMON <win@spam.example>
To: {came_to}
Subject: Undelivered Mail Returned to Sender
Content-Type: text/html

<p>550 5.1.1 <a href="https://spam.example">See the message</a></p>
""".encode(),
        "somebody forwards a report": f"""Return-Path: <{READER}>
From: {READER}
To: {came_to}
Subject: Fwd: look what I got
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_z"

--=_z
Content-Type: text/plain

What is this?

--=_z
Content-Type: message/rfc822

{report}
--=_z--
""".encode(),
        "a receipt for reading": f"""Return-Path: <>
From: {READER}
To: {came_to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="=_m"

--=_m
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{READER}
Disposition: manual-action/MDN-sent-manually; displayed
Status: 5.1.1
Action: failed

--=_m--
""".encode(),
        "not spam after all": complaint(came_to, "not-spam"),
        "delayed": status_report(came_to, "4.4.1", "451 4.4.1 no answer", "delayed"),
        "handed over": status_report(came_to, "2.1.5", "250 2.1.5 ok", "delivered"),
        "relayed": status_report(came_to, "2.1.9", "250 2.1.9 ok", "relayed"),
        "expanded": status_report(came_to, "2.1.5", "250 ok", "expanded"),
        "nothing": b"",
    }
