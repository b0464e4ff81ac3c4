"""www.secretchina.com (看中国). What is not marked otherwise was seen in stored pages of 2018 to 2026."""

from newsmirror.items import BEIJING
from newsmirror.site import Category, Junk, Layout, Site
from newsmirror.spider import NewsSpider

ARTICLE_RIGHT = "contains(concat(' ', normalize-space(@class), ' '), ' article_right ')"
# Two bodies of 2020 hold an h1 of their own, so only one outside of the body is the title.
HEADER_TITLE = f"//h1[not(ancestor::*[{ARTICLE_RIGHT}])]"
HEADER_TIME = "//div[contains(@class,'fontsize')]//h2"
HEADER_AUTHOR = "//div[contains(@class,'fontsize')]"
META_TITLE = "//meta[@property='og:title']/@content"
META_TIME = "//meta[@property='article:published_time']/@content"

SITE = Site(
    name="secretchina",
    title="看中国",
    host="www.secretchina.com",
    aliases=("m.secretchina.com", "cn.secretchina.com", "b5.secretchina.com", "secretchina.com"),
    picture_host=r"(?:img\d*|www)\.secretchina\.com",  # img1 to img6 seen; www. carries a few old ones
    zone=BEIJING,
    article_path=r"/news/(?:gb|b5)/(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})/(?P<id>\d{1,9})\.html?",
    article_form="/news/gb/{year:04}/{month:02}/{day:02}/{id}.html",
    content_paths=("/news/", "/taxonomy/"),
    byline="看中[国國古]?",
    known_article="/news/gb/2021/12/17/992542.html",
    lead_query="nid",  # leads of the home page, 2023
    home_path="/",
    ranking_path="/news/gb/precent3.html",  # 每日排行, linked from the home page of 2023; its markup is not known
    feed_form="/news/gb/{key}.xml",
    list_form="/news/gb/{key}.html",
    tag_form="/news/gb/tag/{name}",
    tag_path=r"/news/(?:gb|b5)/tag/(?P<name>[^/]+)",
    page_title=r"^(?P<title>.*\S)\s+-\s+(?P<category>[^-\s](?:[^-]{0,18}[^-\s])?)\s+-\s+看中[国國]网?$",
    categories=(
        Category("p1", "看大陆", ("大陆", "大陆时政", "观点评析", "社会百态", "中国人权")),
        Category("p2", "看官场", ("官场", "动向", "中南海", "内幕", "官吏", "评析")),
        Category("p3", "看民生", ("民生",), retired=True),  # absent from the navigation of 2023
        Category("p4", "看博谈", ("博谈", "时评", "争鸣", "政论", "讽刺与漫画")),
        Category("p5", "看财经", ("财经", "财经新闻", "财经评论", "财经观察", "房地产", "财经故事")),
        Category("p6", "看史海", ("史海", "天朝风云", "民国往事", "红朝岁月", "谈古论今", "往事微痕")),
        Category("p7", "看文化", ("文化", "修炼文化", "文学世界", "民俗与传说", "文化漫谈", "诗词歌赋", "易学术数")),
        Category("p8", "看生活", ("生活", "人生茶坊", "感情跷跷板", "职场黑咖啡", "教育甘苦谈", "生活妙博士")),
        Category("p9", "看世界", ("世界", "美洲", "欧洲", "澳洲", "亚洲", "非洲", "科技新闻", "军事", "其它")),
        Category("p10", "看奇闻", ("奇闻", "生物奇观", "预言未来", "自然现象", "异事奇人", "探秘寻真")),
        Category("p11", "看娱乐", ("娱乐", "影视热议", "幽默与段子", "精彩趣事", "遨遊天地", "时尚精品", "万花筒")),
        Category("p12", "看养生", ("养生", "美食与厨艺", "疗养保健", "中医秘方", "气功修炼", "强身美容")),
        Category("p20037", "看美国", ("美国", "美国社会", "华人资讯", "时事", "科技")),
        Category("p20164", "看香港", ("香港", "时事追踪", "时政评析", "社会民生")),
        Category("p20036", "看台湾", ("台湾", "时政聚焦", "在地见闻", "海外视角", "台海风云")),
        Category("p20134", "看纽约", ("纽约", "纽约新闻")),
    ),
    tags=("习近平", "川普", "中共", "武汉肺炎", "经济", "台湾", "香港", "维权", "人权", "新疆"),
    layouts=(
        Layout("2026", "//*[@itemprop='articleBody']", ("//h1[@itemprop='headline']", META_TITLE, HEADER_TITLE),
               (META_TIME, "//script[@type='application/ld+json']", "//div[contains(@class,'time')]", HEADER_TIME),
               (HEADER_AUTHOR,), credit_lines=True),
        Layout("2021", f"//*[{ARTICLE_RIGHT}][.//input[@name='lname']]", (HEADER_TITLE, META_TITLE),
               (HEADER_TIME, META_TIME), (HEADER_AUTHOR,), credit_lines=True),
        Layout("2018", f"//*[{ARTICLE_RIGHT}]", (HEADER_TITLE, META_TITLE), (HEADER_TIME, META_TIME),
               (HEADER_AUTHOR,)),
    ),
    junk=Junk(
        elements=(
            "//*[@id='hideid' or @id='nofeepop' or @id='gtx-trans']",
            "//*[@id='txt-mid1-t21-2017' or @id='txt-mid2-t22-2017' or starts-with(@id,'SC-2')]",
            "//*[starts-with(@id,'div-gpt-ad') or starts-with(@id,'taboola')]",
            "//a[(contains(@href,'kzgd/subscribe') or contains(@href,'account.secretchina.com')) and .//img]",
            "//img[starts-with(@src,'/kzgd/')]",
            "//span[contains(@style,'color:red') and (contains(.,'镜像网站') or contains(.,'鏡像網站'))]",
        ),
        tail="//hr[contains(@style,'dashed')]",
        end="descendant-or-self::*[@id='txt-mid2-t22-2017' or starts-with(@id,'SC-21')]",
        members_only="//*[@id='nofree']",
        video="//div[@id='story_video']",
        lines=(  # membership and channel lines of 2020 to 2023; the source's own, never an author's
            r"^(?:《看中国》)?荣誉会员招募中", r"^和我们一起守护香港.{0,2}守护14亿", r"^[（(].*成为《看中国》荣誉会员",
            r"^[（(]?点击图片.*荣誉会员", r"前往看中国荣誉会员注册", r"^(?:本文)?短[网網]址[:：]", r"^var nofee",
            r"^版[权權]所有，任何形式[转轉][载載]需", r"^看完[这這]篇文章[您你]", r"^【[诚誠][征徵][荣榮][誉譽]",
        ),
    ),
)  # fmt: skip


class SecretChinaSpider(NewsSpider):
    name = "secretchina"
    site = SITE
    allowed_domains = ("secretchina.com",)
