"""Pages of the sample site: articles by era, lists, the home page."""

import json
from collections.abc import Mapping, Sequence
from html import escape, unescape
from urllib.parse import quote

from sample_site.junk import insert_junk
from sample_site.records import CATEGORIES, Article

CUT = 28
"""Lists show no more of a title than this many characters."""
PROMOTION = (
    "看中国》是总部设于美国、以复兴传统中华文化为理念的独立媒体。自2001年起，坚持报导最新社会焦点和传统文化专题，"
    "中文报纸已在北美、欧洲、澳洲、亚洲等17个国家发行。中国新闻,中国大陆新闻,内幕新闻,中文媒体,新闻评论,"
    "时事,财经,博谈,历史,文化,养生,娱乐,奇闻。"
)


def article_page(article: Article, neighbours: Sequence[Article]) -> str:
    """The page of *article* in the layout of its era, with links to its *neighbours*."""
    modern = article.era == "2026"
    body = f'<div class="article">{_body_start(article)}{insert_junk(article)}\n</div></div>'
    heading = _heading_2026(article) if modern else _heading_2018(article)
    reaction = "" if article.era == "2018-20" else "<p>看完这篇文章您觉得</p>"
    main = (
        f'<div class="col-left"><div>{heading}\n{body}{reaction}</div></div>\n'
        f'<div class="col-right"><h3>今日热点</h3><ul>{"".join(map(_link, neighbours))}</ul></div>'
    )
    title = f"{escape(article.title)} - {CATEGORIES[article.category]} - 看中国网"
    return page(title, main, head=_metadata(article) if modern else "")


def listing_page(
    name: str, path: str, articles: Sequence[Article], following: int | None, ranking: Sequence[Article]
) -> str:
    """One page of a category or tag list.

    *following* is the number of the next page, if there is one. The articles of *ranking* stand beside
    every list and belong to none: whoever takes all links of a page for the list gets them too.
    """
    pager = ""
    if following:
        pager = f'<div class="pager"><a href="{quote(path)}?page={following}">下一页</a></div>'
    rows = "".join(f'<li id="node{one.id}"><span>{_anchor(one)}</span></li>\n' for one in articles)
    main = (
        f'<div class="col-left"><h2>{escape(name)}</h2>'
        f'<div class="articleBlock articleCategoryBlock block"><ul>\n{rows}</ul></div>{pager}</div>\n'
        f'<div class="col-right"><h3>每日排行</h3><ul>{"".join(map(_link, ranking))}</ul></div>'
    )
    return page(f"{escape(name)} - 看中国网", main)


def home_page(articles: Sequence[Article]) -> str:
    """The home page: headlines, today's list and a block for every category."""
    headlines = "".join(f"<li>{_anchor(article, lazy=True)}</li>\n" for article in articles[:4])
    today = "".join(map(_link, articles[:12]))
    blocks = "".join(_category_block(key, articles) for key in CATEGORIES)
    main = (
        f'<div id="headlines"><h3>重点新闻</h3><ul>{headlines}</ul></div>\n'
        f'<div id="main"><div id="today"><ul>{today}</ul></div>\n{blocks}</div>'
    )
    return page("看中国网", main)


def missing_page() -> str:
    return page("404 - 看中国网", '<div class="col-left"><h1>找不到这一页</h1><p>请回到首页。</p></div>')


def page(title: str, main: str, *, head: str = "") -> str:
    """A whole page; *title* and *head* are markup."""
    menu = "".join(f'<li><a href="/news/gb/{key}.html">{name}</a></li>' for key, name in CATEGORIES.items())
    return (
        f'<!DOCTYPE html>\n<html lang="zh-Hans"><head><meta charset="utf-8">\n<title>{title}</title>\n{head}'
        '</head><body>\n<p></p>\n<div id="header"><a href="/">看中国</a><p>搜索</p>'
        f"<ul>{menu}</ul></div>\n{main}\n"
        '<div id="footer"><p>看中国版权所有 Copyright © 2001 - Kanzhongguo.com All Rights Reserved.</p>'
        "</div>\n</body></html>\n"
    )


def _heading_2018(article: Article) -> str:
    # The heading shows a typed reference as the character; the title element keeps it escaped twice.
    return (
        f'<center><h1 style="padding:10px 0 5px 0">{_typed(article.title)}</h1></center>\n'
        f'<div class="fontsize"><div><h2>{article.published:%Y-%m-%d %H:%M}</h2></div>\n'
        f"作者：{article.author}\n</div>"
    )


def _heading_2026(article: Article) -> str:
    time = f'<div class="time">{article.published:%Y-%m-%d %H:%M}</div>'
    return f'<h1 itemprop="headline">{_typed(article.title)}</h1>\n{time}'


def _body_start(article: Article) -> str:
    if article.era == "2026":
        return '<div class="article_right" itemprop="articleBody">'
    return '<div class="article_right" style="fone-color:#000">'


def _metadata(article: Article) -> str:
    description = f"{article.summary} 新闻 {CATEGORIES[article.category][-2:]} - {PROMOTION}"
    values = {
        "og:type": "article",
        "og:title": article.title,
        "og:url": article.url,
        "og:description": article.summary,
        "article:published_time": article.published.isoformat(),
    }
    properties = "".join(f'<meta property="{key}" content="{escape(text)}">\n' for key, text in values.items())
    return (
        f'<meta name="description" content="{escape(description)}">\n'
        f'<link rel="canonical" href="{article.url}">\n{properties}'
        f'<script type="application/ld+json">{_linked_data(article)}</script>\n'
    )


def _linked_data(article: Article) -> str:
    data: Mapping[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published.isoformat(),
        "author": {"@type": "Person", "name": article.author or "看中国"},
        "mainEntityOfPage": article.url,
    }
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def _category_block(key: str, articles: Sequence[Article]) -> str:
    own = [article for article in articles if article.category == key][:14]
    if not own:
        return ""
    address = f"/news/gb/{key}.html"
    return (
        f'<div class="categ"><a href="{address}">{CATEGORIES[key]}</a>\n'
        f'<a href="{address}?nid={own[0].id}"{_mangled(own[0])}>{_short(own[0])}</a>\n'
        f'<ul>{"".join(map(_link, own[1:]))}</ul><a href="{address}">»更多</a></div>\n'
    )


def _link(article: Article) -> str:
    return f"<li>{_anchor(article)}</li>\n"


def _anchor(article: Article, *, lazy: bool = False) -> str:
    image = ""
    if lazy:
        thumbnail = f"//img6.secretchina.com/pic/{article.published.year}/1-1/p{article.id}a100000000-sss.jpg"
        image = f'<img class="lazy" data-original="{thumbnail}" /><strong>{_short(article)}</strong>'
    return f'<a href="{article.path}"{_mangled(article)}>{image or _short(article)}</a>'


def _mangled(article: Article) -> str:
    """The title attribute: the source removes blanks, question and exclamation marks there."""
    title = "".join(c for c in unescape(article.title) if not c.isspace() and c not in "？！")
    return f' title="{escape(title)}"'


def _short(article: Article) -> str:
    return escape(unescape(article.title)[:CUT])


def _typed(title: str) -> str:
    """Markup that shows *title*, in which references may already stand."""
    return escape(unescape(title), quote=False).replace("\xa0", "&nbsp;")
