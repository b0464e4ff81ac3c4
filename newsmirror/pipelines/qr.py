"""Page → page with its QR code."""

from dataclasses import replace

from newsmirror.items import Page
from newsmirror.qr import qr_png


class QrPipeline:
    """Makes the QR code of the page's address; see `qr_png`."""

    def process_item(self, item: Page) -> Page:
        return replace(item, qr=qr_png(item.address))
