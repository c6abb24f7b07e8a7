// Filters a page without loading it anew: what a timeline or a map chooses goes into the address, and the parts of
// the page that are marked with data-live are taken from the answer. Without it the forms and links do the same.
(() => {
  "use strict";

  let asked;
  let shown = location.search;

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
      document.title = page.title;
      shown = address.search;
      if (isNew) history.pushState(null, "", address);
      document.dispatchEvent(new CustomEvent("polemos:filtered", { detail: { search: address.search } }));
      document.body.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  }

  document.addEventListener("polemos:filter", ({ target, detail }) => {
    // A timeline of another page than the list leads to the list.
    const list = target.closest("[data-filters]")?.dataset.filters ?? location.pathname;
    const address = new URL(list === location.pathname ? location.href : list, location.href);
    for (const [name, value] of Object.entries({ ...detail, page: null })) {
      if (value === null) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    if (address.pathname === location.pathname && document.querySelector("[data-live]")) show(address);
    else location.assign(address);
  });

  window.addEventListener("popstate", () => {
    // Links within the page come here too.
    if (location.search !== shown) show(new URL(location.href), { isNew: false });
  });
})();
