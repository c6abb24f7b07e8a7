"""Checks of accessibility by the rules of axe-core, the library behind most tools that check it."""

from playwright.sync_api import Page

from .prepare import AXE

# The impacts that axe-core gives are minor, moderate, serious and critical.
SERIOUS = {"serious", "critical"}


def findings(page: Page) -> list[str]:
    """List what keeps people from using a page: the rule, and where it is broken."""
    # Not as an element of the page, which its policy would rightly refuse.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
