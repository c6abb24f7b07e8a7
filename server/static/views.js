// More ways to see an answer beside YASGUI's table: on a map, where a column holds points; as bars, where one holds
// numbers or dates; and as a graph, where the answer is one.
(() => {
  "use strict";

  const XSD = "http://www.w3.org/2001/XMLSchema#";
  const NUMBERS = ["integer", "decimal", "double", "float", "long", "int", "nonNegativeInteger"].map((name) => XSD + name);
  const POINT = /^(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)$/i;
  const DATE = /^-?\d{4}(-\d{2}){0,2}(T|$)/;
  // Bars and markers that are drawn: more than these nobody tells apart.
  const MOST_BARS = 200;
  const MOST_POINTS = 5000;
  const MOST_EDGES = 250;
  // Units of the drawing of a graph: between neighbours, and of a line of text.
  const APART = 90;
  const LINE = 12;

  const { element } = window.polemos;

  function icon(path) {
    const drawn = shape("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
    shape("path", { d: path, fill: "currentColor" }, drawn);
    return drawn;
  }

  /** The columns of an answer of which every cell that is filled passes a test; at least one is. */
  function columns(results, passes) {
    const rows = results?.getBindings() ?? [];
    return (results?.getVariables() ?? []).filter((name) => {
      const cells = rows.map((row) => row[name]).filter(Boolean);
      return cells.length && cells.every(passes);
    });
  }

  const isPoint = ({ value }) => POINT.test(value);
  const isNumber = ({ datatype }) => NUMBERS.includes(datatype);
  const isDate = ({ type, datatype, value }) => type !== "uri" && DATE.test(value) && !NUMBERS.includes(datatype);

  class MapView {
    priority = 5;
    label = "Map";

    constructor(yasr) {
      this.yasr = yasr;
    }

    getIcon() {
      return icon("M8 1a5 5 0 0 0-5 5c0 3.6 5 9 5 9s5-5.4 5-9a5 5 0 0 0-5-5zm0 7a2 2 0 1 1 0-4 2 2 0 0 1 0 4z");
    }

    canHandleResults() {
      return columns(this.yasr.results, isPoint).length > 0;
    }

    draw() {
      const container = element("div", "", "map");
      container.setAttribute("role", "region");
      container.setAttribute("aria-label", "Map of the rows");
      this.yasr.resultsEl.append(container);
      const [column] = columns(this.yasr.results, isPoint);
      const rows = this.yasr.results.getBindings().filter((row) => row[column]).slice(0, MOST_POINTS);
      const map = L.map(container, { attributionControl: false, maxZoom: 12, minZoom: 1 }).setView([20, 20], 2);
      new window.polemos.Ground(map);
      const group = window.polemos.clustered(rows.map((row) => this.marker(row, column)));
      group.addTo(map);
      map.fitBounds(group.getBounds(), { animate: false, maxZoom: 8, padding: [24, 24] });
      this.map = map;
    }

    marker(row, column) {
      const [, longitude, latitude] = POINT.exec(row[column].value).map(Number);
      const others = Object.entries(row).filter(([name]) => name !== column);
      const words = others.find(([, { type }]) => type === "literal")?.[1].value ?? row[column].value;
      const marker = L.marker([latitude, longitude], {
        icon: L.divIcon({ className: "event-icon precision-unknown", iconSize: [14, 14] }), title: words,
      });
      return marker.bindPopup(() => {
        const list = element("dl", "", "map-card");
        for (const [name, { value }] of others) list.append(element("dt", name), element("dd", value));
        return list;
      });
    }

    destroy() {
      this.map?.remove();
      this.map = null;
    }
  }

  function cell(value, most) {
    const made = element("td");
    const bar = element("span", "", "bar");
    bar.style.inlineSize = `${most > 0 ? Math.max(0, (80 * value) / most) : 0}%`; // the rest is for the number
    made.append(bar, ` ${value.toLocaleString("en")}`);
    return made;
  }

  class ChartView {
    priority = 4;
    label = "Chart";

    constructor(yasr) {
      this.yasr = yasr;
    }

    getIcon() {
      return icon("M1 14h14v1H1zM2 8h3v5H2zm4-6h3v11H6zm4 4h3v7h-3z");
    }

    canHandleResults() {
      const { results } = this.yasr;
      return (results?.getBindings()?.length ?? 0) > 1 &&
        (columns(results, isNumber).length > 0 || columns(results, isDate).length > 0);
    }

    draw() {
      const { heads, rows } = this.content();
      const most = heads.map((_, i) => Math.max(...rows.map(({ values }) => values[i])));
      const table = element("table", "", "chart");
      if (rows.length > MOST_BARS) table.append(element("caption", `The first ${MOST_BARS} of ${rows.length}`));
      const head = table.createTHead().insertRow();
      head.append(element("td"), ...heads.map((name) => Object.assign(element("th", name), { scope: "col" })));
      const body = table.createTBody();
      for (const { label, values } of rows.slice(0, MOST_BARS)) {
        const row = body.insertRow();
        row.append(Object.assign(element("th", label), { scope: "row" }), ...values.map((value, i) => cell(value, most[i])));
      }
      this.yasr.resultsEl.append(table);
    }

    /** What is drawn: each column of numbers by the columns without, or rows counted by month. */
    content() {
      const { results } = this.yasr;
      const heads = columns(results, isNumber);
      if (heads.length) {
        const labels = results.getVariables().filter((name) => !heads.includes(name));
        const values = (row) => heads.map((name) => Number(row[name]?.value ?? 0));
        return { heads, rows: results.getBindings().map((row) => ({ label: this.words(row, labels), values: values(row) })) };
      }
      const [date] = columns(results, isDate);
      const counts = new Map();
      for (const row of results.getBindings()) {
        const month = row[date]?.value.slice(0, 7); // YYYY-MM, or a year alone
        if (month) counts.set(month, (counts.get(month) ?? 0) + 1);
      }
      const rows = [...counts].sort().map(([label, count]) => ({ label, values: [count] }));
      return { heads: [`rows by month of ${date}`], rows };
    }

    words(row, names) {
      const shorten = ({ type, value }) => (type === "uri" ? local(value) : value);
      return names.filter((name) => row[name]).map((name) => shorten(row[name])).join(" · ");
    }
  }

  class GraphView {
    priority = 3;
    label = "Graph";

    constructor(yasr) {
      this.yasr = yasr;
    }

    getIcon() {
      return icon("M3.5 1a2.5 2.5 0 0 0-.5 4.95V10a2.5 2.5 0 1 0 1 0V8.6l5.5 2a2.5 2.5 0 1 0 .4-.95L4 7.5V5.95A2.5 2.5 0 0 0 3.5 1z");
    }

    canHandleResults() {
      const { results } = this.yasr;
      return results?.getType() === "ttl" && results.getStatements()?.some(isEdge);
    }

    draw() {
      const { nodes, edges } = this.content();
      d3.forceSimulation(nodes)
        .force("edges", d3.forceLink(edges).id(({ id }) => id).distance(APART))
        .force("apart", d3.forceManyBody().strength(-4 * APART))
        .force("room", d3.forceCollide(APART / 3))
        .force("x", d3.forceX())
        .force("y", d3.forceY())
        .stop()
        .tick(300); // as many steps as it takes to come to rest
      const [xs, ys] = ["x", "y"].map((axis) => nodes.map((node) => node[axis]));
      const [left, top] = [Math.min(...xs) - APART, Math.min(...ys) - 2 * LINE];
      const [width, height] = [Math.max(...xs) + APART - left, Math.max(...ys) + 2 * LINE - top];
      const drawing = shape("svg", { class: "graph", viewBox: `${left} ${top} ${width} ${height}`, role: "group",
        "aria-label": `A graph of ${nodes.length} nodes; the table has the same` });
      for (const { source, target, name } of edges) {
        shape("line", { x1: source.x, y1: source.y, x2: target.x, y2: target.y }, drawing);
        const words = { class: "edge", x: (source.x + target.x) / 2, y: (source.y + target.y) / 2 };
        shape("text", words, drawing).textContent = name;
      }
      for (const { id, x, y, label, facts } of nodes) {
        const link = id.startsWith("http") ? shape("a", { class: "iri", href: id }, drawing) : drawing;
        const circle = shape("circle", { cx: x, cy: y, r: LINE / 2 }, link);
        shape("title", {}, circle).textContent = [id, ...facts].join("\n");
        shape("text", { x, y: y + 1.6 * LINE }, link).textContent = label;
      }
      if (edges.length === MOST_EDGES) this.yasr.resultsEl.append(element("p", `The first ${MOST_EDGES} links are drawn.`));
      this.yasr.resultsEl.append(drawing);
    }

    /** Nodes with what is said of them in words, and what links them. */
    content() {
      const statements = this.yasr.results.getStatements();
      const nodes = new Map();
      const node = ({ value }) => {
        if (!nodes.has(value)) nodes.set(value, { id: value, label: local(value), facts: [] });
        return nodes.get(value);
      };
      const edges = statements.filter(isEdge).slice(0, MOST_EDGES).map(({ subject, predicate, object }) => (
        { source: node(subject).id, target: node(object).id, name: local(predicate.value) }
      ));
      for (const { subject, predicate, object } of statements) {
        const known = nodes.get(subject.value);
        if (!known || object.termType !== "Literal") continue;
        known.facts.push(`${local(predicate.value)}: ${object.value}`);
        if (/[#/](label|prefLabel|title)$/.test(predicate.value)) known.label = object.value;
      }
      return { nodes: [...nodes.values()], edges };
    }
  }

  function isEdge({ object }) {
    return object.termType !== "Literal";
  }

  function local(iri) {
    return iri.replace(/^.*[/#](?=.)/, "");
  }

  function shape(name, attributes, parent) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  }

  Yasr.registerPlugin("graph", GraphView);
  Yasr.registerPlugin("map", MapView);
  Yasr.registerPlugin("chart", ChartView);
})();
