"""What comes off the clipboard of Word and Google Docs keeps its shape and loses its dressing."""

from hrsite.texts.markup import clean

FROM_WORD = """\
<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Generator content="Microsoft
Word 15"><style><!-- p.MsoNormal {margin:0cm;font-family:"Calibri",sans-serif;} --></style>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
</head><body lang=EN-CA style='tab-interval:36.0pt'><!--StartFragment-->
<h1 style='margin-top:12.0pt'>
<span lang=EN-US style='color:#2F5496'>Before you go<o:p></o:p></span></h1>
<p class=MsoNormal><span style='font-size:12.0pt'>
Carry <b style='mso-bidi-font-weight:normal'>naloxone</b>
and tell <i>someone</i>.<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'>
<![if !supportLists]>
<span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>
&nbsp;&nbsp;&nbsp;</span></span></span><![endif]>Water<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-list:l0 level2 lfo1'>
<![if !supportLists]>
<span style='mso-list:Ignore'>o<span>&nbsp;&nbsp;</span></span><![endif]>cold<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'>
<![if !supportLists]>
<span style='mso-list:Ignore'>·<span>&nbsp;</span></span><![endif]>Snacks<o:p></o:p></p>
<p class=MsoNormal>Then:</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span
style='mso-list:Ignore'>1.<span>&nbsp; </span></span>Ring</p>
<!--EndFragment--></body></html>"""

FROM_GOOGLE = (
    '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1a2b">'
    '<h2 dir="ltr"><span style="font-size:16pt;font-weight:400;">Before you go</span></h2>'
    '<p dir="ltr"><span style="font-weight:400;">Carry </span>'
    '<span style="font-weight:700;">nal</span>'
    '<span style="font-weight:700;">oxone</span><span style="font-style:italic;"> always</span>'
    '<span>.</span></p><br><ul><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation">'
    '<span>Water</span></p></li><ul><li aria-level="2"><p><span>cold</span></p></li></ul></ul></b>'
    '<br class="Apple-interchange-newline">'
)


def test_a_page_from_word_keeps_its_headings_bold_and_lists() -> None:
    assert clean(FROM_WORD) == (
        "<h2>Before you go</h2>"
        "<p>Carry <strong>naloxone</strong> and tell <em>someone</em>.</p>"
        "<ul><li>Water<ul><li>cold</li></ul></li><li>Snacks</li></ul>"
        "<p>Then:</p><ol><li>Ring</li></ol>"
    )


def test_a_page_from_google_docs_is_bold_only_where_it_was() -> None:
    assert clean(FROM_GOOGLE) == (
        "<h2>Before you go</h2><p>Carry <strong>naloxone</strong> <em>always</em>.</p>"
        "<ul><li>Water<ul><li>cold</li></ul></li></ul>"
    )


def test_word_lists_of_two_kinds_in_a_row_are_two_lists() -> None:
    paragraph = (
        "<p style='mso-list:l{0} level1 lfo{0}'><span style='mso-list:Ignore'>{1}</span>{2}</p>"
    )
    assert clean(paragraph.format(0, "·", "a") + paragraph.format(1, "a)", "b")) == (
        "<ul><li>a</li></ul><ol><li>b</li></ol>"
    )


def test_a_word_list_that_starts_deep_is_still_a_list() -> None:
    assert clean("<p style='mso-list:l0 level3 lfo1'>a</p>") == "<ul><li>a</li></ul>"


def test_a_mail_of_boxes_and_fonts_becomes_paragraphs() -> None:
    mail = (
        "<table><tr><td><table><tr><td><font face=Arial>Hello</font><div>there</div>"
        "</td></tr></table></td></tr></table>"
    )
    assert clean(mail) == "<p>Hello</p><p>there</p>"
