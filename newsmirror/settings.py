"""Every Scrapy setting that we change, with Scrapy's default and the reason, and all of our own.

Settings of ours are also read from environment variables of the same name; ``-s`` on the command line
wins over both. The text below each says: values | meaning | example, and the default in words where it has no fixed
one. ``make settings`` writes the table of docs/settings.md from it.
"""

import os

from newsmirror import __version__

BOT_NAME = "newsmirror"
SPIDER_MODULES = ["newsmirror.spiders"]
NEWSPIDER_MODULE = "newsmirror.spiders"
COMMANDS_MODULE = "newsmirror.commands"
USER_AGENT = f"newsmirror/{__version__}"  # one honest name for all requests

# Manners. Tests and replicas on loopback switch the delay off with -s DOWNLOAD_DELAY=0.
ROBOTSTXT_OBEY = True  # default False
DOWNLOAD_DELAY = 2  # default 0; the source asks for patience, and a day brings only some 50 articles
CONCURRENT_REQUESTS = 2  # default 16; one for the source, one for robots.txt
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8
CONCURRENT_ITEMS = 1  # default 100: as many tasks are made for each answer, and ours bring one item at most
WARN_ON_GENERATOR_RETURN_VALUE = False  # default True: reads a callback's source again for each answer
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]  # without 429 and 503, which ask us to stay away
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # default ERROR; the spider says in its own words what failed
HTTPERROR_ALLOWED_CODES = [304, *range(400, 600)]  # default []: the spider counts them itself

# Safety: no listener, no foreign code, no unverified or unbounded answer.
TELNETCONSOLE_ENABLED = False  # default True: a Python shell on loopback
REMOTE_CONTROL_ENABLED = False  # default True: runs code that is posted to it
DOWNLOAD_VERIFY_CERTIFICATES = True  # default False
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"
DOWNLOADER_CLIENT_TLS_CIPHERS = None  # Twisted's curated list instead of OpenSSL's
DOWNLOAD_HANDLERS = {
    "https": "newsmirror.handlers.SiteHandler",  # Scrapy's, with bounded headers
    "http": "newsmirror.handlers.SiteHandler",  # for a front on this machine only
    "ftp": None,
    "s3": None,
    "file": None,
    "data": None,
}
TWISTED_DNS_RESOLVER = "newsmirror.resolver.PublicResolver"  # default: IPv4 only, private addresses too
DOWNLOAD_MAXSIZE = 2 * 1024 * 1024  # default 1 GiB; the longest article page has some 200 KB
DOWNLOAD_WARNSIZE = 1024 * 1024
DOWNLOAD_TIMEOUT = 30  # default 180
DOWNLOAD_FAIL_ON_DATALOSS = True
REDIRECT_MAX_TIMES = 3  # default 20
METAREFRESH_ENABLED = False  # default True
COOKIES_ENABLED = False  # default True
REFERRER_POLICY = "no-referrer"
HTTPPROXY_ENABLED = False  # default True: takes proxies from the environment unasked
HTTPCACHE_ENABLED = False
CLOSESPIDER_TIMEOUT = 6 * 3600  # default 0: a run that hangs comes to its end
CLOSESPIDER_ERRORCOUNT = 20  # default 0
MEMUSAGE_LIMIT_MB = 384  # default 0
MEMUSAGE_CHECK_INTERVAL_SECONDS = 5  # default 60

# Logs: about ten lines a run; the platform stays out of logs that may be shared.
LOG_LEVEL = "INFO"  # default DEBUG
LOG_VERSIONS: list[str] = []
LOGSTATS_INTERVAL = 300.0  # default 60
STATS_DUMP = False  # default True; -s STATS_DUMP=1 brings the table back

FEED_EXPORT_ENCODING = "utf-8"

ADDONS = {
    "newsmirror.browser.BrowserAddon": 100,  # does nothing where NEWSMIRROR_BROWSER is never
}
SPIDER_CONTRACTS = {
    "newsmirror.contracts.FirstList": 11,
    "newsmirror.contracts.KnownArticle": 11,
}
EXTENSIONS = {
    "scrapy.extensions.memusage.MemoryUsage": None,  # charges a run with the memory of who has started it
    "newsmirror.bound.RunMemory": 0,
    "newsmirror.progress.Progress": 500,  # switches itself off where nobody looks at a terminal
}

DOWNLOADER_MIDDLEWARES = {
    # Lets dont_filter requests and other ports pass, and refuses a front's robots.txt: our gate replaces it.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "newsmirror.middlewares.gate.AddressGate": 10,  # before all others: sees robots.txt and redirects as well
    "newsmirror.middlewares.released.Released": 15,  # before anything that would send the request
    "newsmirror.middlewares.front.Front": 20,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # allows everything where the file is missing
    "newsmirror.middlewares.robots.Robots": 100,
    "newsmirror.middlewares.whole.Whole": 570,  # sees pages unpacked (590)
}
ITEM_PIPELINES = {
    "newsmirror.pipelines.clean.CleanPipeline": 100,
    "newsmirror.pipelines.validate.ValidatePipeline": 200,
    "newsmirror.pipelines.changes.ChangesPipeline": 300,
    "newsmirror.pipelines.images.ImagesPipeline": 400,
    "newsmirror.pipelines.markdown.MarkdownPipeline": 500,
    "newsmirror.pipelines.qr.QrPipeline": 600,
    "newsmirror.pipelines.publish.PublishPipeline": 900,
}

# Ours.
NEWSMIRROR_REPO = os.environ.get("NEWSMIRROR_REPO", "mirror")
"""folder | the git working copy; made where absent | `/srv/mirror`"""
NEWSMIRROR_BRANCH = os.environ.get("NEWSMIRROR_BRANCH", "main")
"""name | the branch that is written; it must be checked out | `pages`"""
NEWSMIRROR_PUBLIC_URL = os.environ.get("NEWSMIRROR_PUBLIC_URL")
"""address | prefix of the addresses in QR codes; without one they hold the source's addresses |
`https://github.com/example/mirror/blob/main` | from the first remote, if at GitHub, GitLab, Gitee or Codeberg"""
NEWSMIRROR_REMOTES = os.environ.get("NEWSMIRROR_REMOTES")
"""names with commas | git remotes of the working copy to push to, see [remotes.md](remotes.md); none: commit only |
`github,codeberg`"""
NEWSMIRROR_PUSH_PROXY = os.environ.get("NEWSMIRROR_PUSH_PROXY")
"""address, `direct` | the proxy for pushes by https; `direct`: none | `direct` | `NEWSMIRROR_PROXY`"""
NEWSMIRROR_PUSH_TIMEOUT = os.environ.get("NEWSMIRROR_PUSH_TIMEOUT", "20")
"""seconds, 1 to 600 | how long a remote may stay silent | `60`"""
NEWSMIRROR_SSH_KEY = os.environ.get("NEWSMIRROR_SSH_KEY")
"""file | the one private key that ssh offers; it has no passphrase | `/etc/newsmirror/key` | the first of
`id_ed25519`, `id_ecdsa`, `id_rsa` in `~/.ssh`"""
NEWSMIRROR_SSH_KNOWN_HOSTS = os.environ.get("NEWSMIRROR_SSH_KNOWN_HOSTS")
"""file | the host keys that ssh accepts | `/etc/newsmirror/known_hosts` | `~/.ssh/known_hosts`"""
NEWSMIRROR_CREDENTIALS = os.environ.get("NEWSMIRROR_CREDENTIALS")
"""file | tokens for https, one line a host: `https://user:token@host`; readable by its owner only |
`/etc/newsmirror/credentials`"""
NEWSMIRROR_SIGN_KEY = os.environ.get("NEWSMIRROR_SIGN_KEY")
"""file | a private key of `ssh-keygen -t ed25519 -N ''`, not the one that pushes: every commit then holds a signed
statement of what is in it, see [safety.md](safety.md#signed-mirrors) | `/etc/newsmirror/sign_key`"""
NEWSMIRROR_SIGN_DAYS = os.environ.get("NEWSMIRROR_SIGN_DAYS", "30")
"""days, 1 to 9999 | how long a signed statement is good for where no newer one comes | `14`"""
NEWSMIRROR_AUTHOR = os.environ.get("NEWSMIRROR_AUTHOR", "newsmirror <newsmirror@example.invalid>")
"""`name <mail>` | author and committer | `mirror <mirror@example.invalid>`"""
NEWSMIRROR_SITE_URL = os.environ.get("NEWSMIRROR_SITE_URL")
"""address | a front: all requests for the site go there, path kept; pages carry the site's own addresses all the
same | `http://127.0.0.1:8765`"""
NEWSMIRROR_PROXY = os.environ.get("NEWSMIRROR_PROXY")
"""address, `direct` | the proxy for every request to the source: `http://`, `https://` or `socks5h://`, names are
resolved by it; `direct`: none, whatever the environment says. Set it in the environment where it holds a password:
the command line can be read by others. See [operate.md](operate.md#through-a-proxy-or-tor) |
`socks5h://127.0.0.1:9050`"""
NEWSMIRROR_PINS = os.environ.get("NEWSMIRROR_PINS")
"""pins with commas | SHA-256 of public keys, one of which must be in the chain of the source's certificates. See
[operate.md](operate.md#pins) | `sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=`"""
NEWSMIRROR_TAGS = os.environ.get("NEWSMIRROR_TAGS")
"""names with commas | tag pages to follow; in the mirror they have a page from the first article on, others from the
third; an empty value follows none | `经济,台湾` | the site file's list"""
NEWSMIRROR_PAGE_PATH = os.environ.get("NEWSMIRROR_PAGE_PATH", "pages/{year}/{month}/{day}/{id}.md")
"""pattern | path of a page; known are year, month, day, id, category. A published page keeps its path |
`pages/{category}/{id}.md`"""
NEWSMIRROR_SCRIPT = os.environ.get("NEWSMIRROR_SCRIPT", "source")
"""`source`, `simplified`, `traditional` | the script that readers see: `source` leaves text as it is; the others
convert it with OpenCC, [see below](#simplified-and-traditional-chinese) | `traditional`"""
NEWSMIRROR_IMAGES = os.environ.get("NEWSMIRROR_IMAGES", "mirror")
"""`mirror`, `embed`, `none` | `mirror`: the first 8 pictures of an article are taken along, small and without
metadata; `embed`: pages load pictures from the source's host; `none`: caption and link only | `none`"""
NEWSMIRROR_LOOK_AGAIN = os.environ.get("NEWSMIRROR_LOOK_AGAIN", "1")
"""`1`, `0` | articles are looked at again for three days, so that corrections and deletions show,
[see operate.md](operate.md#corrections-and-deletions) | `0`"""
NEWSMIRROR_MEMBERS_ONLY = os.environ.get("NEWSMIRROR_MEMBERS_ONLY", "teaser")
"""`teaser`, `full` | the part marked as for paying members: `teaser` leaves it out and says so; `full` publishes
what the page carries | `full`"""
NEWSMIRROR_FEEDS = os.environ.get("NEWSMIRROR_FEEDS", "full")
"""`full`, `summary`, `none` | the Atom feeds below `feeds/`: with full text, with the first lines, or none; [what
they cost](#feeds) | `summary`"""
NEWSMIRROR_BLOCKS = os.environ.get("NEWSMIRROR_BLOCKS")
"""folder | your own Markdown: `header.md`, `middle.md`, `footer.md` (in pages), `links.md` (in LINKS.md); up to
20,000 characters each; hosts must show them as they are meant, see [gate.md](gate.md); an example is in
[blocks](blocks/README.md) | `blocks`"""
NEWSMIRROR_COUNTER_URL = os.environ.get("NEWSMIRROR_COUNTER_URL")
"""address pattern | a counter image at the end of each page, `{path}` inside; **its host sees who reads
what**, see [safety.md](safety.md#counters) |
`https://count.example/{path}`"""
NEWSMIRROR_HOT_FILE = os.environ.get("NEWSMIRROR_HOT_FILE")
"""file | what your counter has counted, one line a page: `pages/2026/11/23/1106001.md,120`; up to 4 MB. The most read
pages stand in `indexes/hot.md` below the source's own ranking | `/var/lib/counter/pages.csv`"""
NEWSMIRROR_BROWSER = os.environ.get("NEWSMIRROR_BROWSER", "never")
"""`never`, `lists`, `always` | `lists`: list pages are shown in Chromium before they are read; `always`: articles
too. See [operate.md](operate.md#the-browser) | `lists`"""
NEWSMIRROR_HANG_SECONDS = os.environ.get("NEWSMIRROR_HANG_SECONDS", "1800")
"""seconds, from 1 | a run that is not over so long after `CLOSESPIDER_TIMEOUT` hangs and is ended | `3600`"""
NEWSMIRROR_ALARMS = os.environ.get("NEWSMIRROR_ALARMS")
"""a file | addresses and limits of alarms, see [deploy.md](deploy.md#alarms) | `/etc/newsmirror/alarms.toml`"""
NEWSMIRROR_DRY_RUN = os.environ.get("NEWSMIRROR_DRY_RUN", "0")
"""`1`, `0` | everything up to the commit, which is described and not made; nothing is kept | `1`"""
