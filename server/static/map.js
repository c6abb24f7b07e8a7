// Draws the maps of a page: every <div class="map" data-source="address of GeoJSON">.
//
// Each event stands where its place is known to be: the ring is as large as the place is uncertain, and there is no
// point inside it that nobody reported. Where the server counts events by cells, the cells are asked for again as
// the view changes. The land is drawn from a file of our own; tiles come only from a server that the operator chose.
(() => {
  "use strict";

  const { land, fineLand, tiles, tilesCredit } = document.currentScript.dataset;
  // The coarse outlines are drawn for 1:110 million; from this zoom on their corners show.
  const FINE_FROM = 5;
  // How near a view begins: with a coast, a border or a name in it, by which one knows where it is.
  const CLOSEST = { large: 8, small: 5.5 };
  const WORLD = [[-56, -130], [72, 160]];
  const PRECISIONS = {
    site: "at this site",
    settlement: "in or near this settlement",
    district: "somewhere in this district",
    province: "somewhere in this province",
    country: "somewhere in this country",
  };

  const files = new Map();

  function read(address) {
    if (!files.has(address)) files.set(address, fetch(address).then(checked));
    return files.get(address);
  }

  function checked(response) {
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return response.json();
  }

  function number(count) {
    return count.toLocaleString("en");
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  class EventMap {
    constructor(container) {
      this.container = container;
      this.source = new URL(container.dataset.source, location.href);
      this.size = container.matches(".small") ? "small" : "large";
      container.setAttribute("role", "region");
      if (!container.hasAttribute("aria-label")) container.setAttribute("aria-label", "Map of the events");
      container.replaceChildren();
      this.map = L.map(container, {
        attributionControl: false, maxBounds: [[-85, -220], [85, 220]], maxZoom: 12, minZoom: 1,
        scrollWheelZoom: false, zoomSnap: 0.5,
      });
      // The wheel scrolls the page until one has turned to the map.
      this.map.on("focus", () => this.map.scrollWheelZoom.enable());
      this.map.on("blur", () => this.map.scrollWheelZoom.disable());
      this.ground = new Ground(this.map);
      this.areas = L.layerGroup().addTo(this.map);
      this.found = L.layerGroup().addTo(this.map);
      this.state = element("output", "", "map-state");
      this.button = Object.assign(element("button"), { type: "button", hidden: true });
      this.button.addEventListener("click", () => this.filter());
      const line = element("p", "", "map-line");
      line.append(this.state, this.button, ...(this.size === "small" ? [] : [legend()]));
      container.after(line);
      this.show();
    }

    /** Lets the page show what is in view alone, or all again. */
    filter() {
      const bbox = this.isFiltered() ? null : this.edges().map((edge) => edge.toFixed(3)).join(",");
      this.container.dispatchEvent(new CustomEvent("polemos:filter", { bubbles: true, detail: { bbox } }));
    }

    isFiltered() {
      return this.source.searchParams.has("bbox");
    }

    /** West, south, east and north of what is in view. */
    edges() {
      const seen = this.map.getBounds();
      return [Math.max(-180, seen.getWest()), Math.max(-90, seen.getSouth()), Math.min(180, seen.getEast()), Math.min(90, seen.getNorth())];
    }

    async show({ keepView = false } = {}) {
      if (!keepView) this.map.fitBounds(WORLD, { animate: false });
      this.map.off("moveend", this.follow, this);
      const collection = await this.ask(keepView);
      if (!collection) return;
      await this.showArea();
      const bounds = extent(collection) ?? this.area?.getBounds();
      if (!keepView && bounds) this.map.fitBounds(bounds, { animate: false, maxZoom: CLOSEST[this.size], padding: [24, 24] });
      if (collection.features.some(isCell)) {
        if (!keepView) await this.ask(true);
        this.map.on("moveend", this.follow, this);
      }
      this.button.hidden = !document.querySelector("[data-live]");
      this.button.textContent = this.isFiltered() ? "Show events anywhere" : "List what is in view alone";
      this.container.dataset.state = "shown";
    }

    /** Draws what the page itself is about, under its events. */
    async showArea() {
      if (!this.container.dataset.area || this.area) return;
      const { features } = all(await fetch(this.container.dataset.area).then(checked));
      const [{ geometry, properties }] = features;
      this.area = L.circle(point(geometry), { radius: 1000 * properties.radius_km, className: "own-area", interactive: false });
      this.area.addTo(this.map);
    }

    follow() {
      this.ask(true);
    }

    async ask(inView) {
      this.asked?.abort();
      this.asked = new AbortController();
      const address = new URL(this.source);
      if (inView) {
        address.searchParams.set("bbox", common(this.edges(), address.searchParams.get("bbox")).join(","));
        address.searchParams.set("zoom", Math.round(this.map.getZoom()));
      }
      try {
        const collection = all(await fetch(address, { signal: this.asked.signal }).then(checked));
        this.draw(collection);
        return collection;
      } catch (error) {
        if (error.name !== "AbortError") this.state.textContent = `The map's events could not be read: ${error.message}`;
        return null;
      }
    }

    draw(collection) {
      this.areas.clearLayers();
      this.found.clearLayers();
      const cells = collection.features.filter(isCell);
      const events = collection.features.filter((feature) => feature.geometry && !isCell(feature));
      this.found.addLayer(clustered([...cells.map((cell) => this.cell(cell)), ...events.map((event) => this.marker(event))]));
      const counted = cells.reduce((sum, cell) => sum + cell.properties.count, events.length);
      const unplaced = (collection.count ?? counted) - counted;
      if (collection.features.length === 1 && !cells.length) return; // the page is about it
      const inView = cells.length ? " in view" : "";
      this.state.textContent = `${number(counted)} ${counted === 1 ? "event" : "events"}${inView} on the map` +
        (unplaced > 0 && !inView ? `; ${number(unplaced)} without a place that is known` : "");
    }

    marker(event) {
      const { label, precision, radius_km: radius, date } = event.properties;
      const marker = L.marker(point(event.geometry), {
        icon: L.divIcon({ className: `event-icon precision-${precision ?? "unknown"}`, iconSize: [14, 14] }),
        title: [label, date, PRECISIONS[precision]].filter(Boolean).join(", "),
      });
      marker.bindPopup(() => popup(event.properties));
      if (radius) {
        const area = L.circle(marker.getLatLng(), { radius: radius * 1000, className: "event-area", interactive: false });
        marker.on("add", () => this.areas.addLayer(area));
        marker.on("remove", () => this.areas.removeLayer(area));
      }
      return marker;
    }

    cell(feature) {
      const { count, types } = feature.properties;
      const names = Object.entries(types ?? {}).sort((a, b) => b[1] - a[1]).map(([name, number]) => `${name} ${number}`);
      const marker = L.marker(point(feature.geometry), { count, icon: countIcon(count), title: names.slice(0, 4).join("\n") });
      return marker.on("click", () => this.map.setView(marker.getLatLng(), this.map.getZoom() + 2));
    }
  }

  /** Puts what stands too close together under one mark, with how many there are. */
  function clustered(markers) {
    const group = L.markerClusterGroup({
      animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      iconCreateFunction: (cluster) => countIcon(cluster.getAllChildMarkers().reduce((sum, { options }) => sum + (options.count ?? 1), 0)),
      maxClusterRadius: 40, // pixels: the width of a mark
      showCoverageOnHover: false,
    });
    group.addLayers(markers);
    return group;
  }

  /** The land under the events, finer as one comes nearer, with the names of countries; or the operator's tiles. */
  class Ground {
    constructor(map) {
      this.map = map;
      this.names = L.layerGroup().addTo(map);
      // Under all that events are drawn on, which begins at 400.
      map.createPane("land").style.zIndex = 150;
      map.createPane("names").style.zIndex = 160;
      if (tiles) L.tileLayer(tiles, { maxZoom: 19 }).addTo(map);
      L.control.attribution({ prefix: false }).addAttribution(tiles ? tilesCredit : "Natural Earth").addTo(map);
      if (tiles) return;
      this.draw();
      map.on("zoomend", () => this.draw());
    }

    async draw() {
      const address = this.map.getZoom() >= FINE_FROM ? fineLand : land;
      if (address !== this.drawn) {
        this.drawn = address;
        const world = await read(address);
        if (address !== this.drawn) return; // another zoom came first
        this.countries = topojson.feature(world, world.objects.countries);
        this.countries.features.forEach(({ geometry }) => unroll(geometry));
        this.outlines?.remove();
        this.outlines = L.geoJSON(this.countries, { pane: "land", interactive: false, style: { className: "land" } });
        this.outlines.addTo(this.map);
      }
      if (this.countries) this.nameCountries();
    }

    /** Names a country where its name has room. */
    nameCountries() {
      this.names.clearLayers();
      for (const country of this.countries.features) {
        const box = L.latLngBounds(largest(country.geometry).map(([x, y]) => [y, x]));
        const width = this.map.project(box.getNorthEast()).x - this.map.project(box.getSouthWest()).x;
        if (width < 9 * country.properties.name.length) continue; // pixels: as wide as a letter, with some air
        const icon = L.divIcon({ className: "country-name", html: element("span", country.properties.name), iconSize: null });
        this.names.addLayer(L.marker(box.getCenter(), { icon, interactive: false, keyboard: false, pane: "names" }));
      }
    }
  }

  /** Lets an outline go on past 180° where it would jump to the other end of the map; in place. */
  function unroll({ type, coordinates }) {
    for (const ring of type === "Polygon" ? coordinates : coordinates.flat()) {
      let turned = 0;
      for (let i = 1, before = ring[0][0]; i < ring.length; i += 1) {
        const longitude = ring[i][0];
        if (Math.abs(longitude - before) > 180) turned += longitude < before ? 360 : -360;
        before = longitude;
        ring[i] = [longitude + turned, ring[i][1]];
      }
      // What goes around the world has the pole in it: Antarctica.
      if (turned) ring.push([ring.at(-1)[0], -90], [ring[0][0], -90], ring[0]);
    }
  }

  function largest({ type, coordinates }) {
    const rings = type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]);
    return rings.reduce((best, ring) => (area(ring) > area(best) ? ring : best));
  }

  function area(ring) {
    let doubled = 0;
    for (let i = 1; i < ring.length; i += 1) doubled += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
    return Math.abs(doubled);
  }

  /** The part of a box that lies in another, which comes from an address; an empty one where none does. */
  function common([west, south, east, north], box) {
    const [w, s, e, n] = box?.split(",").map(Number) ?? [west, south, east, north];
    const [left, bottom] = [Math.max(west, w), Math.max(south, s)];
    return [left, bottom, Math.max(left, Math.min(east, e)), Math.max(bottom, Math.min(north, n))].map((edge) => edge.toFixed(4));
  }

  function legend() {
    const made = element("span", "", "map-legend");
    const kinds = { site: "site known", settlement: "in or near a place", province: "somewhere in the area" };
    for (const [precision, words] of Object.entries(kinds)) {
      const key = element("span", words);
      key.prepend(element("span", "", `event-icon precision-${precision}`));
      made.append(key);
    }
    return made;
  }

  /** A collection of features, of what may be one alone. */
  function all(found) {
    return found.type === "Feature" ? { features: [found] } : found;
  }

  function point({ coordinates: [longitude, latitude] }) {
    return L.latLng(latitude, longitude);
  }

  function isCell(feature) {
    return "count" in feature.properties;
  }

  function extent(collection) {
    const bounds = L.latLngBounds([]);
    for (const { geometry, properties } of collection.features) {
      if (!geometry) continue;
      const at = point(geometry);
      bounds.extend(properties.radius_km ? at.toBounds(2000 * properties.radius_km) : at);
    }
    return bounds.isValid() ? bounds : null;
  }

  function countIcon(count) {
    const size = 24 + 8 * Math.log10(count); // pixels: a thousand are twice as wide as one
    const label = element("span", number(count));
    label.append(element("span", " here; zoom in to see more", "unseen"));
    return L.divIcon({ className: "cell", html: label, iconSize: [size, size] });
  }

  function popup({ label, page, type, date, precision, radius_km: radius, killed }) {
    const card = element("div", "", "map-card");
    const link = element("a", label);
    link.href = page;
    card.append(link);
    const facts = [type, date, killed ? `${killed} killed` : ""].filter(Boolean).join(" · ");
    if (facts) card.append(element("p", facts));
    if (precision in PRECISIONS) {
      const about = radius >= 1 ? `, within about ${Math.round(radius)} km` : "";
      card.append(element("p", `The reports place it ${PRECISIONS[precision]}${about}.`, "map-precision"));
    }
    return card;
  }

  const maps = [...document.querySelectorAll(".map[data-source]")].map((container) => new EventMap(container));
  window.polemos = { Ground, clustered, element }; // for the maps of query results
  document.addEventListener("polemos:filtered", ({ detail: { search } }) => {
    for (const map of maps) {
      map.source.search = search;
      map.show();
    }
  });
})();
