"""What Word, Google Docs and a web page put on the clipboard, each in its own manner."""

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {margin:0cm;} --></style>
</head><body lang=EN-CA style='tab-interval:36.0pt'><!--StartFragment-->
<h1 style='mso-margin-top-alt:auto'><span style='color:#2F5496'>Before you go<o:p></o:p></span></h1>
<p class=MsoNormal style='margin-bottom:8.0pt'><span lang=EN-CA>Take <b style='mso-bidi-font-weight:
normal'>two doses</b> and <i>one friend</i>.<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if
!supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>&nbsp; </span></span></span><![endif]>Water<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if
!supportLists]><span style='mso-list:Ignore'>o<span>&nbsp; </span></span><![endif]>cold</p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if
!supportLists]><span style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>Bread</p>
<p class=MsoNormal>Then:</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span>&nbsp; </span></span><![endif]>Ring <a
href="https://example.org/help?a=1&amp;b=2"><span style='color:blue'>the line</span></a></p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'><tr style='height:1cm'>
<td width=200 style='width:150pt'><p class=MsoNormal><b>When</b></p></td><td><p>What</p></td></tr>
<tr><td><p class=MsoNormal>7&nbsp;am</p></td><td><p>Tea</p><p>and toast</p></td></tr></table>
<p class=MsoNormal><img width=1 src="file:///C:/Users/j/image001.png" v:shapes="a"> <a
href="javascript:alert(1)">Not a link</a></p><!--EndFragment--></body></html>"""

GOOGLE_DOCS = """<meta charset='utf-8'><b style="font-weight:normal;"
id="docs-internal-guid-0a1b2c3d">
<h3 dir="ltr" style="line-height:1.38;margin-top:16pt;"><span style="font-size:14pt;color:#434343;
font-weight:400;">A steady evening</span></h3><p dir="ltr" style="line-height:1.38;"><span
style="font-weight:400;">Eat </span><span style="font-weight:700;">first</span><span
style="font-weight:400;">, and </span><span style="font-weight:400;font-style:italic;">slowly</span>
<span style="font-weight:400;">.</span></p><br /><ul style="margin-top:0;"><li dir="ltr"
style="list-style-type:disc;font-weight:400;" aria-level="1"><p dir="ltr" role="presentation"><span
style="font-weight:400;">One thing</span></p></li><ul style="margin-top:0;"><li dir="ltr"
aria-level="2"><p dir="ltr"><span style="font-weight:700;">inside it</span></p></li></ul><li
dir="ltr"><p dir="ltr"><span>Another</span></p></li></ul><p dir="ltr"><a
href="https://example.org/" style="text-decoration:none;"><span style="color:#1155cc;
text-decoration:underline;font-weight:400;">The page</span></a></p><p dir="ltr"><span><span
style="border:none;"><img src="https://lh7.example.com/picture" width="10" /></span></span></p></b>
<br class="Apple-interchange-newline">"""

WEB = """<meta charset="utf-8"><article class="post" style="color: red" onclick="alert(1)">
<h2 id="x" style="font-family: Papyrus">From a page</h2><div class="wrap"><div>Loose words,
<span style="font-weight: bold">strong</span> ones.</div><div>And a second line.</div></div>
<script>alert(1)</script><style>p { color: red }</style><iframe src="https://example.com/"></iframe>
<blockquote class="quote"><div>Any real step.</div></blockquote>
<ol start="3"><li><p style="margin: 0">First</p></li><li>Second<br></li></ol>
<img src="https://example.com/pixel.gif" alt="x" onerror="alert(1)"><form><input value="no">
<button>Press</button></form><p><font color="red">End.</font></p></article>"""

ALL = {"Word": WORD, "Google Docs": GOOGLE_DOCS, "a web page": WEB}
