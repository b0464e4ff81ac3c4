"""``scrapy bundle``: the mirror as one file that can be carried by hand, for operators without a host."""

import argparse
import shlex
from pathlib import Path

from scrapy.exceptions import UsageError

from newsmirror.config import Config
from newsmirror.exceptions import ConfigError, NoSpaceError, RefusedError
from newsmirror.git import Repository
from newsmirror.gitbundle import Bundle, write_bundle
from newsmirror.mirror_command import OwnCommand
from newsmirror.outcome import Outcome


class Command(OwnCommand):
    """``scrapy bundle FILE [--since COMMIT] [--force]``."""

    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] <file>"

    def short_desc(self) -> str:
        return "Write the mirror into one file that can be carried by hand"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--since", metavar="COMMIT", help="only what is newer than this commit")
        parser.add_argument("--force", action="store_true", help="replace the file, whatever it is")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("use: scrapy bundle FILE [--since COMMIT]")
        assert self.settings
        file = Path(args[0])
        try:
            config = Config.from_settings(self.settings)
            bundle = write_bundle(Repository(config.repo, config.branch), file, since=opts.since, force=opts.force)
        except ConfigError as error:
            self._refuse(*error.problems)
        except RefusedError as error:
            self._refuse(str(error))
        except NoSpaceError as error:
            self._fail(Outcome.NO_SPACE, str(error))
        else:
            print(
                describe(bundle, file.name, config.branch) if bundle else f"nothing is newer than {opts.since}; no file"
            )


def describe(bundle: Bundle, name: str, branch: str) -> str:
    """What was written and how to carry it on, a few lines."""
    words, file = shlex.quote(branch), shlex.quote(name)
    what = f"{name}: {bundle.commits} commits up to {bundle.commit[:12]}, {bundle.bytes / 1e6:.1f} MB, checked"
    lines = [what]
    if bundle.since is None:
        lines += ["There, to begin with:", f"  git clone -b {words} {file} mirror"]
    else:
        lines += [f"It continues after {bundle.since[:12]}, which has to be there already."]
    lines += ["There, into a mirror made before:", f'  git -C mirror pull --ff-only "$PWD"/{file} {words}']
    lines += ["Next time, only what is new by then:", f"  scrapy bundle FILE --since {bundle.commit}"]
    return "\n".join(lines)
