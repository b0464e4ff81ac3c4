"""What the source puts into a body that no author wrote: advertising, hidden lines, appeals, tail lines.

The source inserts by text, not by tree: it looks for ``</p>``. So advertising also falls into embedded
messages, the tail stands inside the last paragraph, which is never closed before it, and a body that ends
with anything but a paragraph has no tail at all.
"""

from datetime import date

from sample_site.records import Article

HIDDEN = (
    '<span id="hideid" name="hideid" style="color:red;display:none;"> <a href="https://www.secretchina.com">'
    "看中国网站 禁止建立鏡像網站。返回正版看中国网站。</a></span>"
)
FIRST_SLOT = '\n<div id="txt-mid1-t21-2017"><div id="SC-22"></div></div>'
BANNER = '<div><center><div id="div-gpt-ad-1589559869784-0"></div></center></div>'
LATER_BANNER = (
    '<center><div id="div-gpt-ad-1624511609196-0" style="min-width: 300px; min-height: 250px;"></div></center>'
)
TABOOLA = (
    '<center><div style="max-width: 632px;height:180px; display: none; text-align: center; margin: 0 auto;">'
    '<div id="taboola-midarticle-thumbnails" style="max-width: 632px;height:180px;overflow: hidden;"></div>'
    f"</div>{BANNER}</center>"
)
ADSENSE = (
    '<center><ins class="adsbygoogle" style="display:block; text-align:center;" data-ad-layout="in-article" '
    'data-ad-format="fluid" data-ad-client="ca-pub-1000000000000000" data-ad-slot="1000000000">'
    "</ins></center>"
)
SECOND_SLOT = (
    '<center><div><div id="txt-mid2-t22-2017" style="display: block;margin-top:8px;max-height: 351px;'
    "  overflow: hidden;\"><div id='{slot}'></div></div></div></center>"
)
SPACER = '\n<div style="padding-top:12px;"></div>\n'
APPEAL = (
    '<p style="margin-bottom:12px;"><hr style="border-top: 1px dashed  ;" width="100%" /><br />\n'
    "【诚征荣誉会员】一盏灯照亮一间屋，许多盏灯照亮一条路。我们诚邀各地读者成为"
    '<a href="/kzgd/subscribe.html" target="_blank">荣誉会员</a>，每一位'
    '<a href="/kzgd/subscribe.html" target="_blank">荣誉会员</a>每年只需一份订阅的费用，'
    "就能帮助我们把文章送到更多人的手中。"
    '<center><a href="https://account.secretchina.com/planshopcart.php?code=gb">'
    '<img src="/kzgd/ad/{banner}" width="100%" /></a></center>{hidden}</p>'
)
APPEAL_SINCE = date(2020, 7, 17)
TABOOLA_FROM = 7
ADSENSE_AFTER = 4
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def insert_junk(article: Article) -> str:
    """The body of *article* as the site sends it."""
    *paragraphs, rest = article.body.split("</p>")
    has_tail = _may_carry_tail(rest)
    parts = []
    for number, paragraph in enumerate(paragraphs, start=1):
        parts.append(paragraph + (HIDDEN if number <= 2 else ""))
        if number == len(paragraphs) and has_tail and number > 1:
            return "".join(parts) + _tail(article, number, rest)
        parts.append("</p>" + _advertising(article, number))
    if has_tail:
        # The only paragraph is closed, and the second hidden line moves into the appeal.
        return "".join(parts) + rest.strip() + _appeal(article, HIDDEN) + _last_slot(article) + "</p>"
    return "".join(parts) + rest


def short_code(number: int) -> str:
    """*number* as the source's short addresses write it."""
    code = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        code = DIGITS[digit] + code
    return code


def _may_carry_tail(rest: str) -> bool:
    """Whether what follows the last paragraph leaves that paragraph the end of the body."""
    return not rest.strip() or rest.lstrip().startswith(("</div>", "(文章"))


def _advertising(article: Article, number: int) -> str:
    """What follows the paragraph with this number, counted from 1."""
    if number == 1:
        return FIRST_SLOT
    banner = TABOOLA if number >= TABOOLA_FROM else BANNER
    if number == ADSENSE_AFTER:
        banner = ADSENSE if article.published.year <= 2020 else LATER_BANNER + ADSENSE
    return "\n" + banner


def _tail(article: Article, number: int, rest: str) -> str:
    bare, container = ("", rest) if rest.lstrip().startswith("</div>") else (rest.strip(), "")
    lines = _tail_lines(article)
    return (
        f"{_advertising(article, number)}\n{bare}{lines}{_appeal(article)}\n"
        f"{TABOOLA}\n{_last_slot(article)}</p>{container}"
    )


def _tail_lines(article: Article) -> str:
    if article.era == "2018-20":
        return ""
    names = [f"责任编辑:{article.editor}"] if article.editor else []
    if article.source:
        names.append(f'来源:<a href="/news/gb/tag/{article.source}  ">{article.source}</a>')
    credit = f"<p>{chr(10).join(names)}</p>\n" if names else ""
    if article.era == "2023":
        credit += credit and _rights(article, "短网址", "本站") + credit
    return credit + _rights(article, "本文短网址", "看中国")


def _rights(article: Article, label: str, owner: str) -> str:
    return (
        f'<p>{label}:<input name="lname" type="text" value="http://kzg.io/gb{short_code(article.id)}" '
        'onclick="javascript:this.focus();this.select();" />\n'
        f'版权所有，任何形式转载需{owner}授权许可。<span style="color:red">严禁建立镜像网站</span>.</p>\n'
    )


def _appeal(article: Article, hidden: str = "") -> str:
    if article.published.date() < APPEAL_SINCE:
        return hidden
    banner = "join_membership_728x90.jpg" if article.era == "2018-20" else "kzgmembership-20210704_728.gif"
    return "\n" + APPEAL.format(banner=banner, hidden=hidden)


def _last_slot(article: Article) -> str:
    slot = "SC-21xx" if article.published.date() >= APPEAL_SINCE else "SC-21"
    script = "\n<script>var nofee=0;</script>" if article.era in ("2023", "2026") else ""
    return SECOND_SLOT.format(slot=slot) + SPACER.rstrip("\n") + script + "\n"
