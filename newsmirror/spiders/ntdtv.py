"""www.ntdtv.com (新唐人). From public mirrors, feed readers and other crawlers' rules of 2011 to 2026; not seen live.

What nobody has recorded is left out: feeds, tag pages, further categories. The lists may need `NEWSMIRROR_BROWSER`.
"""

from newsmirror.items import BEIJING
from newsmirror.site import Category, Junk, Layout, Site
from newsmirror.spider import NewsSpider

HEADER_TITLE = "//div[contains(@class,'article_title')]//h1"
HEADER_TIME = "//div[contains(@class,'article_info')]//*[contains(@class,'time')][contains(.,'北京')]"
META_TITLE = "//meta[@property='og:title']/@content"
NEVER = "//*[false()]"

SITE = Site(
    name="ntdtv",
    title="新唐人电视台",
    host="www.ntdtv.com",
    aliases=("ntdtv.com", "m.ntdtv.com", "cn.ntdtv.com"),
    picture_host=r"(?:i|imgs?\d*|www)\.ntdtv\.com",  # i. since about 2018, imgs. before
    zone=BEIJING,
    article_path=r"/(?:gb|b5)/(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})/a(?P<id>\d{1,9})(?:-[\w-]+)?\.html?",
    article_form="/gb/{year:04}/{month:02}/{day:02}/a{id}.html",
    content_paths=("/gb/", "/b5/"),
    byline="(?:新唐人)?(?:[电電][视視][台臺])?",
    known_article="/gb/2023/06/08/a103727961.html",
    lead_query="",
    home_path="/gb/instant-news.html",
    ranking_path="",
    feed_form=None,
    list_form="/gb/{key}",
    tag_form="/gb/tag/{name}",
    tag_path=r"/(?:gb|b5)/tag/(?P<name>[^/]+)",
    page_title=r"^(?P<title>.*\S)\s+\|\s+(?P<category>[^|\s](?:[^|]{0,18}[^|\s])?)\s+\|\s+新唐人.*$",
    categories=(
        Category("prog204", "大陆", ("大陆新闻", "中国")),
        Category("prog1201", "时政", ("时政新闻",)),
        Category("commentary", "评论"),
    ),
    tags=(),
    layouts=(
        Layout("2026", "//div[contains(@class,'article_content')]", (HEADER_TITLE, META_TITLE), (HEADER_TIME,)),
        # Its JSON-LD and meta times end in Z, but are Beijing's: only the printed one is believed.
        Layout("2018", "//div[@itemprop='articleBody' or contains(@class,'post_content')]",
               ("//h1[not(ancestor::*[@itemprop='articleBody'])]", META_TITLE),
               ("//div[contains(@class,'time')][contains(.,'北京')]",)),
    ),
    junk=Junk(
        elements=(
            "//*[contains(@class,'ad-') or starts-with(@id,'div-gpt-ad') or contains(@class,'print_link')]",
            "//*[contains(@class,'related') or contains(@class,'share') or contains(@class,'tags')]",
        ),
        tail=NEVER,
        end=NEVER,
        members_only=NEVER,
        video="//div[contains(@class,'video_fit_container') or contains(@class,'single_video')]",
        lines=(
            r"^本文网址\s*[:：]", r"^相关(?:链接|阅读|文章)\s*[:：]?$", r"^(?:订阅|下载)新唐人",
            r"^新唐人(?:周刊|订阅)",
        ),
    ),
)  # fmt: skip


class NtdtvSpider(NewsSpider):
    name = "ntdtv"
    site = SITE
    allowed_domains = ("ntdtv.com",)
