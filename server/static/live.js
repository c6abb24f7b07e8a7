// Filters a page without loading it anew: what a timeline or a map chooses goes into the address, and the parts of
// the page that are marked with data-live are taken from the answer. Without it the forms and links do the same.
(() => {
  "use strict";

  let asked;
  let shown = location.search;

  /** Folds the filters where they would stand between the reader and the list. */
  function fold() {
    if (matchMedia("(min-width: 60rem)").matches) return; // beside the list, as style.css has it
    for (const facet of document.querySelectorAll(".facets details[open]:not(:has([aria-current]))")) facet.open = false;
  }

  async function show(address, { isNew = true } = {}) {
    asked?.abort();
    asked = new AbortController();
    document.body.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" }, signal: asked.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const found = page.querySelector(`[data-live="${part.dataset.live}"]`);
        if (found) part.replaceChildren(...found.childNodes);
      }
      fold();
      document.title = page.title;
      shown = address.search;
      if (isNew) history.pushState(null, "", address);
      document.dispatchEvent(new CustomEvent("polemos:filtered", { detail: { search: address.search } }));
      document.body.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  }

  fold();
  document.addEventListener("polemos:filter", ({ target, detail }) => {
    // On another page than the list, this leads to the list of the events that are drawn.
    const source = new URL(target.dataset.source, location.href);
    const address = new URL(location.href);
    if (!document.querySelector("[data-live]")) {
      address.pathname = source.pathname.replace(/(\/weeks\.json|\.geojson)$/, "");
      address.search = source.search;
    }
    for (const [name, value] of Object.entries({ ...detail, page: null })) {
      if (value === null) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    if (document.querySelector("[data-live]")) show(address);
    else location.assign(address);
  });

  window.addEventListener("popstate", () => {
    // Links within the page come here too.
    if (location.search !== shown) show(new URL(location.href), { isNew: false });
  });
})();
