// Two more ways to see the rows of a query beside YASGUI's table: on a map, where a column holds points, and as bars,
// where one holds numbers or dates.
(() => {
  "use strict";

  const XSD = "http://www.w3.org/2001/XMLSchema#";
  const NUMBERS = ["integer", "decimal", "double", "float", "long", "int", "nonNegativeInteger"].map((name) => XSD + name);
  const POINT = /^(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)$/i;
  const DATE = /^-?\d{4}(-\d{2}){0,2}(T|$)/;
  // Bars and markers that are drawn: more than these nobody tells apart.
  const MOST_BARS = 200;
  const MOST_POINTS = 5000;

  const { element } = window.polemos;

  function icon(path) {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawn.setAttribute("viewBox", "0 0 16 16");
    drawn.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    line.setAttribute("fill", "currentColor");
    drawn.append(line);
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
      const shorten = ({ type, value }) => (type === "uri" ? value.replace(/^.*[/#]/, "") : value);
      return names.filter((name) => row[name]).map((name) => shorten(row[name])).join(" · ");
    }
  }

  Yasr.registerPlugin("map", MapView);
  Yasr.registerPlugin("chart", ChartView);
})();
