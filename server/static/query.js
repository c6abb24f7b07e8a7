// Makes the form of the query page YASGUI's editor and views of results. Whatever fails here leaves the form.
(async () => {
  "use strict";

  const form = document.querySelector("form[data-endpoint]");
  const field = form.querySelector("textarea");
  const { endpoint, terms: address, describe, base } = form.dataset;
  const { prefixes, terms } = await fetch(address).then((response) => response.json());
  const words = new Map(terms.map((term) => [term.iri, term]));
  // Properties whose value is a concept of ours.
  const CHOSEN_FROM = /[tT]ype$|^plm:(modality|outcome|damage|perpetratorBasis|placePrecision)$/;

  function link(query) {
    const made = new URL(form.action);
    made.searchParams.set("query", query);
    return made;
  }

  /** Completes terms of ours, by their name or by a word of their label. */
  function complete(kind, isHere) {
    return {
      name: kind,
      bulk: false,
      autoShow: true,
      isValidCompletionPosition: isHere,
      preProcessToken: (yasqe, token) => Object.assign(token, { autocompletionString: token.string.trim() }),
      get: (yasqe, { string }) => terms.filter((term) => term.kind === kind && fits(term, string)).map(({ iri }) => iri),
      postProcessSuggestion: (yasqe, token, iri) => short(iri),
      postprocessHints: (yasqe, hints) => hints.map((hint) => ({ ...hint, render: (item) => explain(item, hint.text) })),
    };
  }

  function short(iri) {
    const found = Object.entries(prefixes).find(([, start]) => iri.startsWith(start));
    return found ? `${found[0]}:${iri.slice(found[1].length)}` : `<${iri}>`;
  }

  function fits({ iri, label }, typed) {
    const wanted = typed.trim().toLowerCase();
    const local = wanted.slice(wanted.indexOf(":") + 1);
    return short(iri).toLowerCase().startsWith(wanted) ||
      (!wanted.includes(":") && label.toLowerCase().includes(local));
  }

  function explain(item, name) {
    const term = terms.find(({ iri }) => short(iri) === name);
    const words = document.createElement("small");
    words.textContent = term?.definition ?? "";
    item.append(name, " ", words);
  }

  const isVariable = ({ string }) => /^[?$]/.test(string);

  function property(yasqe) {
    const token = yasqe.getCompleteToken();
    return token.string.trim() !== "" && !isVariable(token) && token.state.possibleCurrent.includes("a");
  }

  function after(fitting) {
    return (yasqe) => {
      const token = yasqe.getCompleteToken();
      if (token.string.trim() === "" || isVariable(token)) return false;
      const before = yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token);
      return fitting(before.state?.lastProperty ?? "");
    };
  }

  const { Yasqe, Yasr } = window;
  Yasqe.registerAutocompleter(complete("property", property), false);
  Yasqe.registerAutocompleter(complete("class", after((name) => /^(a|rdf:type|rdfs:subClassOf)$/.test(name))), false);
  Yasqe.registerAutocompleter(complete("concept", after((name) => CHOSEN_FROM.test(name))), false);
  Yasqe.registerAutocompleter(
    {
      ...Yasqe.Autocompleters.prefixes,
      persistenceId: null,
      get: () => Object.entries(prefixes).map(([prefix, start]) => `${prefix}: <${start}>`).sort(),
    },
    false,
  );

  const place = document.createElement("div");
  place.className = "yasgui";
  form.before(place);
  const yasqe = new Yasqe(place, {
    autocompleters: ["prefixes", "property", "class", "concept", "variables"],
    consumeShareLink: null,
    createShareableLink: (editor) => link(editor.getValue()).href,
    // The text that was typed outlives a page that is left; a link wins over it.
    persistenceId: "polemos_query",
    editorHeight: "auto",
    resizeable: false,
    requestConfig: { endpoint, acceptHeaderGraph: "text/turtle" },
    value: field.value,
  });
  if (field.value.trim()) yasqe.setValue(field.value);
  const editor = yasqe.getInputField();
  editor.setAttribute("aria-label", "SPARQL query; Ctrl+Enter runs it");
  const yasr = new Yasr(place, {
    persistenceId: "polemos_results",
    persistenceLabelResponse: "",
    maxPersistentResponseSize: 0,
    plugins: { table: { enabled: true, dynamicConfig: { compact: true } } },
    pluginOrder: ["table", "map", "chart", "graph", "response"],
    prefixes: () => ({ ...prefixes, ...yasqe.getPrefixesFromQuery() }),
  });
  yasr.on("drawn", () => setTimeout(mend)); // the views are marked after it is told
  place.querySelector(".CodeMirror-scroll").tabIndex = 0;
  form.hidden = true;
  const downloads = document.querySelector(".downloads") ?? document.createElement("p");
  place.after(downloads);

  /** Tells what YASGUI only shows: which views do not fit the answer, and what its fields are for. */
  function mend() {
    place.querySelector(".tableSizer")?.setAttribute("aria-label", "Rows on a page");
    place.querySelector(".tableFilter")?.setAttribute("aria-label", "Filter rows");
    for (const button of place.querySelectorAll(".yasr_btnGroup button")) {
      button.disabled = button.classList.contains("disabled");
    }
  }

  /** Offers the whole answer in each format that fits the query. */
  function offer() {
    const isGraph = ["CONSTRUCT", "DESCRIBE"].includes(yasqe.getQueryType());
    const formats = isGraph ? ["turtle", "jsonld", "ntriples", "rdfxml"] : ["csv", "json", "tsv", "xml"];
    downloads.replaceChildren("The whole answer as", ...formats.flatMap((format) => {
      const made = document.createElement("a");
      const answer = new URL(endpoint);
      answer.search = new URLSearchParams({ query: yasqe.getValue(), format });
      Object.assign(made, { href: answer, download: `answer.${format}`, textContent: format });
      return [" ", made];
    }));
  }

  document.querySelector("[data-answer]")?.remove();

  yasqe.on("query", () => {
    place.setAttribute("aria-busy", "true");
    const address = link(yasqe.getValue());
    if (address.href !== location.href) history.pushState(null, "", address);
  });
  yasqe.on("queryResponse", (_, response, duration) => {
    place.removeAttribute("aria-busy");
    yasr.setResponse(response, duration);
    offer();
  });
  window.addEventListener("popstate", () => {
    const query = new URL(location.href).searchParams.get("query");
    if (query && query !== yasqe.getValue()) yasqe.setValue(query);
  });
  // IRIs of ours lead to our pages, wherever their host is.
  place.addEventListener("click", ({ target }) => {
    const iri = target.closest?.("a.iri");
    const address = iri?.getAttribute("href");
    if (!address?.startsWith(base)) return;
    const page = new URL(describe, location.href);
    page.searchParams.set("iri", address);
    iri.setAttribute("href", page);
  }, true);
  if (field.value.trim()) yasqe.query().catch(() => {});
})();
