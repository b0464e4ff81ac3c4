"""What may stand in the place of a list or an article, with status 200: invented, after kinds that are seen."""

NEWS_LINKS = "".join(
    f'<li><a href="https://news.example.org/2026/11/{n}/story-{n}">外国新闻{n}</a></li>' for n in range(40)
)
ARTICLE_TEXT = "".join(
    f"<p>这是另一个网站的第{n}段文字，与所请求的文章没有任何关系，只是版式相同而已。</p>" for n in range(8)
)

STRANGERS: dict[str, str] = {
    "challenge": """<!DOCTYPE html><html><head><title>Just a moment...</title><meta name="robots" content="noindex">
<script>(function(){window._chl={cvId:"3",cType:"managed"};document.createElement("script").src="/cdn-chl/x.js"})()
</script></head><body><div><h1>www.secretchina.com</h1><p>Checking your browser before accessing the site.</p>
<noscript>Enable JavaScript and cookies to continue</noscript></div></body></html>""",
    "isp_zh": """<html><head><meta charset="utf-8"><title>温馨提示</title></head><body><div class="box"><h2>您访问的网站存在安全风险</h2>
<p>依据相关规定，该网页无法访问。如有疑问请拨打客服电话。</p></div></body></html>""",
    "isp_en": """<html><head><title>Website blocked</title></head><body><p>The page you requested has been blocked by order of
the competent authority. Reference 4711.</p></body></html>""",
    "login": """<html><head><title>无线网络认证</title></head><body><form action="/auth" method="post">手机号<input name="u">
密码<input type="password" name="p"><button>上网</button></form></body></html>""",
    "captcha": """<html><head><title>人机检查</title></head><body><div id="captcha-box">请按住滑块，拖动到最右边</div>
<script src="/static/slide.js"></script></body></html>""",
    "parked": """<html><head><title>secretchina.com</title></head><body><h1>This domain is for sale</h1>
<a href="https://sedo.example/buy">Buy now</a><a href="https://ads.example/1">Cheap flights</a></body></html>""",
    "server_default": """<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1>
<p>If you see this page, the web server is successfully installed and working.</p></body></html>""",
    "json": '{"code":403,"message":"request not allowed","data":null}',
    "empty": "",
    "script_shell": """<html><head><script>var u="https://gate.example/?r="+escape(document.URL);window.location.href=u;
</script></head><body></body></html>""",
    "other_news": f"""<html><head><title>要闻 - 外国新闻网</title><link rel="canonical" href="https://news.example.org/">
</head><body><ul>{NEWS_LINKS}</ul></body></html>""",
    "one_pixel": '<html><body><img src="/p.gif" width="1" height="1"></body></html>',
    "firewall": """<html><head><title>405</title></head><body><div>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。
<br>您的请求ID是: 7b1f</div></body></html>""",
    "maintenance": """<html><head><title>系统维护中</title></head><body><h1>系统维护中</h1><p>请稍后再来。</p></body></html>""",
    "browser_error": """<html><head><title>该网页无法访问</title></head><body><h1>该网页无法访问</h1><p>ERR_CONNECTION_RESET</p></body></html>""",
    "meta_refresh": """<html><head><meta http-equiv="Refresh" content="0; url=https://portal.example/"></head><body>请等候</body>
</html>""",
    "search": """<html><head><title>河边 - 某某搜索</title></head><body><form action="/s"><input name="wd"></form>"""
    + "".join(f'<a href="https://so.example/link?u={n}">结果{n}</a>' for n in range(10))
    + "</body></html>",
    "russian": "<title>Доступ ограничен</title><h1>Доступ к ресурсу ограничен</h1><p>по решению органов власти</p>",
    "persian": "<title>M1-6</title><iframe src='http://10.10.34.34?type=Invalid Site&policy=MainPolicy'></iframe>",
    "turkish": "<title>Erişim Engeli</title><p>5651 sayılı Kanun uyarınca bu internet sitesi hakkında alınan karar</p>",
    "arabic": "<title>عذراً</title><p>عفواً، الموقع المطلوب غير متاح في هذه الشبكة.</p>",
    "vietnamese": "<title>Thông báo</title><p>Trang web này không thể truy cập được từ mạng của bạn.</p>",
    "french": "<title>Accès refusé</title><p>L'accès à ce site n'est pas autorisé depuis votre réseau.</p>",
    "german": "<title>Hinweis</title><p>Diese Seite ist derzeit nicht erreichbar.</p>",
    "server_down": "<title>www.secretchina.com | 521</title><h1>Web server is down</h1>",
    "folder": "<title>Index of /</title><h1>Index of /</h1><ul><li><a href='news/'>news/</a></ul>",
    "application_server": "<title>Apache Tomcat/9.0</title><h1>If you're seeing this, you've installed Tomcat.</h1>",
    "incident": "<html><body><iframe src='/_Resource?x=1'>Request unsuccessful. Incident ID: 1-2</iframe></body></html>",
    "quota": "<title>流量提醒</title><div>尊敬的用户，您的套餐流量已用完，请充值后继续使用。</div>",
    "fraud": "<title>反诈提醒</title><div>反诈中心提醒您：该网站涉嫌诈骗，请谨慎打开！</div>",
    "green": "<title>绿色上网</title><div>净化网络环境，请文明上网。</div>",
    "too_often": "<title>提示信息</title><p>您来得过于频繁，请休息片刻再来。</p>",
    "age": "<title>年龄确认</title><p>您是否已满十八周岁？</p><a href=/y>是</a><a href=/n>否</a>",
    "named_notice": "<title>看中国网</title><p>该网站暂时无法打开</p>",
    "named_check": "<title>河边的钟声 - 看大陆 - 看中国网</title><p>请输入验证码</p><form><input name=code></form>",
    "bad_gateway": "<html><head><title>502</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>",
}
"""Pages of strangers by kind."""

FRAMED: dict[str, str] = {
    "other_article": f"""<html><head><title>别的文章 - 外国新闻网</title><meta property="og:url"
content="https://news.example.org/2026/11/20/story-7"></head><body><h1 itemprop="headline">别的文章</h1>
<div itemprop="articleBody">{ARTICLE_TEXT}</div></body></html>""",
    "unsigned_article": f"""<html><head><title>别的文章</title></head><body><h1 itemprop="headline">别的文章</h1>
<div itemprop="articleBody">{ARTICLE_TEXT}</div></body></html>""",
    "soft_404": """<html><head><title>404 - 看中国网</title></head><body><a href="/news/gb/p1.html">看大陆</a><h1>找不到网页</h1>
<div class="article"><div class="article_right"><p>您要找的文章不存在或已被删除。</p></div></div></body></html>""",
    "censor": """<html><head><title>看中国网</title></head><body><h1>温馨提示</h1><div class="article_right">
<p>根据相关法律法规和政策，该内容无法显示，请打开其他网页，感谢您的理解与支持。</p></div></body></html>""",
    "wall": """<html><head><title>河边的钟声 - 看大陆 - 看中国网</title></head><body><h1>河边的钟声</h1>
<div class="article_right"><p>本文仅限会员，请登录后阅读全文。</p></div></body></html>""",
}
"""Pages in the frame of an article that are none of the source, or none at all."""
