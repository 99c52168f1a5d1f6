// Reads a letter from standard input with mailparser, and prints what it found as JSON.
const { simpleParser } = require("mailparser");
const one = list => list.value.map(({ name, address }) => [name, address]);
simpleParser(process.stdin, { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true })
  .then(mail => process.stdout.write(JSON.stringify({
    subject: mail.subject || "",
    from: one(mail.from),
    to: one(mail.to),
    message_id: mail.messageId,
    seconds: mail.date.getTime() / 1000,
    list_unsubscribe: mail.headers.get("list").unsubscribe.url,
    list_id: mail.headers.get("list").id.id || mail.headers.get("list").id.name,
    text: mail.text,
    html: mail.html,
  })));
