"""Takes a picture of each kind of page, over the seeds: at a desk, on a phone, and by night.

`make screenshots` runs it, and writes docs/screenshots anew. The browser itself writes WebP, a third of PNG.
"""

import base64
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.kinds import KINDS, LOOKS, go_to, is_ready  # noqa: E402
from tests.browser.prepare import chromium  # noqa: E402
from tests.clients.serving import BIN, served  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 200_000  # bytes: what a page of a code forge loads without anybody's noticing
TO_WEBP = """async (png) => {
    const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    const picture = await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
    const bytes = new Uint8Array(await picture.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = Path(folder) / "store"
        subprocess.run([BIN / "polemos", "build", ROOT / "seeds", "--store", store], check=True)
        browser = playwright.chromium.launch(executable_path=chromium(), chromium_sandbox=False)
        with served(store) as endpoint:
            address = endpoint.removesuffix("/sparql")
            is_ready(address)
            for kind in KINDS:
                for look in LOOKS:
                    shoot(browser, address, kind, look)
        browser.close()
    return 0


def shoot(browser: Browser, address: str, kind: str, look: str) -> None:
    with browser.new_context(**LOOKS[look]) as context:
        page = context.new_page()
        page.goto(address + KINDS[kind].start)
        go_to(page, kind)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)  # the map comes to rest
        picture = webp(context.new_page(), page.screenshot())
    if len(picture) > LARGEST:
        sys.stderr.write(f"{kind}, {look}: {len(picture):,} bytes, more than {LARGEST:,}\n")
    name = kind if look == "light" else f"{kind}-{look}"
    (FOLDER / f"{name}.webp").write_bytes(picture)


def webp(page: Page, png: bytes) -> bytes:
    return base64.b64decode(page.evaluate(TO_WEBP, base64.b64encode(png).decode()))


if __name__ == "__main__":
    sys.exit(main())
