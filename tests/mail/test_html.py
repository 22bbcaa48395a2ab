"""HTML is read by its structure, and what is hidden in it is noted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup_filter.mail.html import read_html
from followup_filter.mail.html_limits import within_limits
from followup_filter.mail.links import hosts_of, links_in, web_link
from followup_filter.mail.opt_out import leads_out, offers_opt_out


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>名<b>刺</b>交<wbr>換</p>", "名刺交換"),
        ("株式\n会社", "株式会社"),
        ("株式\n<b>会社</b>", "株式会社"),
        ("two\nwords", "two words"),
        ("漢字\nand words", "漢字 and words"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<div>one<div>two</div></div>three", "one\ntwo\nthree"),
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
        (
            "<table><tr><td>日時</td><td>6月9日</td></tr><tr><td>会費</td><td>5,000円</td></tr></table>",
            "日時 6月9日\n会費 5,000円",
        ),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("a<hr>b", "a\n────────────────────\nb"),
        ("<style>p{}</style><script>x()</script><!-- c --><title>t</title>text<noscript>n</noscript>", "text"),
        ("<![if mso]>mso<![endif]>text", "msotext"),
        ("zero&#8203;width&zwnj;&shy;", "zerowidth"),
        ("&lt;b&gt; &#x1F600; &copy;", "<b> 😀 ©"),
        ("", ""),
        ("<", "<"),
        ("<select><option>一<option>二</select>", "一\n二"),
    ],
)
def test_lines_and_words(html: str, text: str) -> None:
    assert read_html(html).text == text


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">x</div>',
        '<div style="DISPLAY : None !important">x</div>',
        '<span style="color:red;visibility:hidden">x</span>',
        '<div style="max-height:0px;overflow:hidden">x</div>',
        '<div style="opacity:0">x</div>',
        "<p hidden>x</p>",
        '<span class="preheader">x</span>',
        '<div id="email-pre-header">x</div>',
        '<div style="display:none"><div><b>x</b></div></div>',
    ],
)
def test_hidden_text_is_left_out_and_noted(hidden: str) -> None:
    read = read_html(f"{hidden}<p>shown</p>")
    assert (read.text, read.hidden_text) == ("shown", True)


@pytest.mark.parametrize("shown", ['<p style="opacity:0.9">x</p>', '<p style="max-height:100px">x</p>', "<p>x</p>"])
def test_shown_text_is_not_called_hidden(shown: str) -> None:
    assert (read_html(shown).text, read_html(shown).hidden_text) == ("x", False)


@pytest.mark.parametrize(
    ("html", "tiny"),
    [
        ('<span style="font-size:1px">x</span>', True),
        ('<span style="font-size: 0">x</span>', True),
        ('<span style="font-size:0.01em">x</span>', True),
        ('<div style="font-size:0"><p style="font-size:14px">x</p></div>', False),
        ('<div style="font-size:0"> </div>x', False),
        ('<span style="font-size:10px">x</span>', False),
        ('<span style="font-size:1em">x</span>', False),
        ('<span style="font-size:100%">x</span>', False),
    ],
)
def test_tiny_text_is_noted(html: str, tiny: bool) -> None:
    assert read_html(html).tiny_text == tiny


@pytest.mark.parametrize(
    ("image", "pixel"),
    [
        ("<img src=x width=1 height=1>", True),
        ("<img src=x width='0' height='0'>", True),
        ("<img src=x style='width:1px;height:1px'>", True),
        ("<div style='display:none'><img src=x width=1 height=1></div>", True),
        ("<img src=x width=1 height=300>", False),
        ("<img src=x>", False),
        ("<img src=x width=600 height=100>", False),
    ],
)
def test_tracking_pixels(image: str, pixel: bool) -> None:
    read = read_html(image)
    assert (read.tracking_pixel, read.image_count) == (pixel, 1)


def test_links_are_web_links_only() -> None:
    html = "".join(
        f"<a href='{target}'>x</a>"
        for target in (
            "https://a.example/1",
            "javascript:alert(1)",
            "data:text/html,x",
            "mailto:a@b.example",
            "http://[",
            "",
        )
    )
    read = read_html(html + "<a>x</a><area href='https://a.example/2'>")
    assert read.links == ("https://a.example/1", "http://[", "https://a.example/2")
    assert hosts_of(read.links) == ("a.example",)


@pytest.mark.parametrize("structure", ['<blockquote type="cite">{}</blockquote>', '<div class="gmail_quote">{}</div>'])
def test_quotes_within_quotes_and_answers_between(structure: str) -> None:
    html = f"<p>one</p>{structure.format('old' + structure.format('older'))}<p>two</p>{structure.format('old too')}"
    read = read_html(html)
    assert read.text == "one\n\ntwo"
    assert [line for line in read.quoted.split("\n") if line] == ["old", "older", "old too"]


def test_what_follows_the_mark_of_outlook_is_quoted_however_deep_it_stands() -> None:
    html = "<div><p>new</p><div><div id='x_divRplyFwdMsg'>From: a</div></div></div><div>old</div><p>older</p>"
    read = read_html(html)
    assert (read.text, read.quoted) == ("new", "From: a\nold\n\nolder")
    assert read_html(html, hands_on=True).forwarded


def test_a_blockquote_without_type_is_only_indented() -> None:
    assert read_html("<p>See:</p><blockquote>an indented text</blockquote>").quoted == ""


def test_a_cut_is_noted() -> None:
    assert not within_limits("<p>" * 1_000)[1]
    assert within_limits("<div>" * 2_000)[1]
    assert within_limits("x" * 1_000_001) == ("x" * 1_000_000, True)
    assert read_html("<p>first</p>" + "<div>" * 2_000 + "last").cut


@given(
    st.lists(
        st.sampled_from(
            [
                "<div>",
                "</div>",
                "<b>",
                "</b>",
                "<p>",
                "<table>",
                "<td>",
                "</table>",
                "<a href=https://a.example>",
                "</a>",
                "x",
                "漢",
                "\n",
                "<br>",
                "<pre>",
                "</pre>",
                "<blockquote type=cite>",
                "</blockquote>",
                "<div hidden>",
                "<!--",
                "-->",
                "<img>",
                "<svg>",
                "<template>",
                "<select>",
                "</p>",
                "<body>",
                "</html>",
                "\x00",
            ]
        ),
        max_size=60,
    )
)
def test_any_heap_of_tags_is_read(pieces: list[str]) -> None:
    read = read_html("".join(pieces))
    f"{read.text}{read.quoted}".encode()


def test_links_in_text() -> None:
    text = "予約は https://a.example/b?c=1 、または「http://d.example/」へ(https://e.example)。HTTPS://F.example!"
    assert links_in(text) == ["https://a.example/b?c=1", "http://d.example/", "https://e.example", "HTTPS://F.example"]
    assert web_link("https://" + "a" * 3_000) is None


@pytest.mark.parametrize(
    "words",
    [
        "配信停止はこちら",
        "メルマガの解除",
        "購読解除",
        "ﾒｰﾙﾏｶﾞｼﾞﾝの登録解除はこちら",
        "配信を止めたい方は「停止」とご返信ください",
        "受信を希望されない場合は空メールを",
        "今後このようなご案内が不要な方はご一報ください",
        "ご案内の停止",
        "メールの配信をご希望でない方は",
        "Unsubscribe",
        "To opt out, click here",
        "You can manage your email preferences",
        "if you no longer wish to receive these mails",
    ],
)
def test_offers_to_stop_are_known(words: str) -> None:
    assert offers_opt_out(f"お知らせです。\n\n{words}")
    assert leads_out("https://a.example/", words)


@pytest.mark.parametrize(
    "words",
    [
        "ご返信やご連絡は不要です。",
        "送料は不要です。登録は済みました。",
        "メールをありがとうございました。停車場でお待ちします。",
        "今後ともよろしくお願いいたします。",
        "配信のお仕事を希望しています。",
        "We would like to adopt it.",
    ],
)
def test_other_words_are_no_offer_to_stop(words: str) -> None:
    assert not offers_opt_out(words)


def test_an_offer_at_the_end_of_a_long_mail_is_seen() -> None:
    assert offers_opt_out("長い本文。" * 100_000 + "配信停止はこちら")


@pytest.mark.parametrize(
    "target", ["https://a.example/unsubscribe?u=1", "https://a.example/stop?u=1", "https://a.example/optout"]
)
def test_links_that_lead_out_by_their_address(target: str) -> None:
    assert leads_out(target, "こちら")
    assert read_html(f"<a href='{target}'>こちら</a>").opt_out
