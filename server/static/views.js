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
      const group = L.markerClusterGroup({
        maxClusterRadius: 36, showCoverageOnHover: false,
        iconCreateFunction: (cluster) => window.polemos.countIcon(cluster.getChildCount(), "rows; zoom in to see each"),
      });
      group.addLayers(rows.map((row) => this.marker(row, column)));
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
      const { title, bars } = this.bars();
      const most = Math.max(...bars.map(([, value]) => value));
      const table = element("table", "", "chart");
      table.append(element("caption", bars.length > MOST_BARS ? `${title}; the first ${MOST_BARS}` : title));
      const body = element("tbody");
      for (const [label, value] of bars.slice(0, MOST_BARS)) {
        const row = element("tr");
        const head = element("th", label);
        head.scope = "row";
        const cell = element("td");
        const bar = element("span", "", "bar");
        bar.style.inlineSize = `${Math.max(0, (80 * value) / most)}%`; // the rest is for the number
        cell.append(bar, ` ${value.toLocaleString("en")}`);
        row.append(head, cell);
        body.append(row);
      }
      table.append(body);
      this.yasr.resultsEl.append(table);
    }

    /** What is drawn: the last column of numbers by the columns without, or rows counted by month. */
    bars() {
      const { results } = this.yasr;
      const numbers = columns(results, isNumber);
      if (numbers.length) {
        const shown = numbers.at(-1);
        const labels = results.getVariables().filter((name) => !numbers.includes(name));
        const rows = results.getBindings().filter((row) => row[shown]);
        return { title: shown, bars: rows.map((row) => [this.words(row, labels), Number(row[shown].value)]) };
      }
      const [date] = columns(results, isDate);
      const counts = new Map();
      for (const row of results.getBindings()) {
        const month = row[date]?.value.slice(0, 7); // YYYY-MM, or a year alone
        if (month) counts.set(month, (counts.get(month) ?? 0) + 1);
      }
      return { title: `rows by month of ${date}`, bars: [...counts].sort() };
    }

    words(row, names) {
      const shorten = ({ type, value }) => (type === "uri" ? value.replace(/^.*[/#]/, "") : value);
      return names.filter((name) => row[name]).map((name) => shorten(row[name])).join(" · ");
    }
  }

  Yasr.registerPlugin("map", MapView);
  Yasr.registerPlugin("chart", ChartView);
})();
