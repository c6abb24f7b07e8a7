// Draws the timelines of a page: every <div class="timeline" data-source="address of counts by week">.
//
// A stretch of time is chosen by dragging over the bars, or by the two sliders under them, which keys move as well.
// What was chosen is told to the page by an event, `polemos:filter`; live.js acts on it.
(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const HEIGHT = 72; // pixels of the bars
  const LEAST = 26; // weeks that are drawn, so that a single one is no wall
  const DAY = 24 * 3600 * 1000;
  const WEEK = 7; // days

  function shape(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  }

  function day(text, days = 0) {
    return new Date(Date.parse(text) + days * DAY).toISOString().slice(0, 10);
  }

  function spoken(text) {
    return new Date(text).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  }

  class Timeline {
    constructor(container) {
      this.container = container;
      this.source = new URL(container.dataset.source, location.href);
      this.load();
      new ResizeObserver(() => this.draw()).observe(container);
    }

    async load() {
      const address = new URL(this.source);
      // The chosen period is a part of what is shown, not all of it.
      this.chosen = ["from", "to"].map((name) => address.searchParams.get(name));
      for (const name of ["from", "to", "page"]) address.searchParams.delete(name);
      const response = await fetch(address);
      if (!response.ok) return;
      const { counts, without_day: withoutDay } = await response.json();
      this.weeks = filled(counts);
      this.rest = withoutDay ? `; ${withoutDay.toLocaleString("en")} more without a day` : "";
      this.build();
      this.draw();
    }

    build() {
      this.container.replaceChildren();
      this.container.hidden = !this.weeks.length;
      if (this.container.hidden) return;
      this.svg = shape("svg", { class: "bars", role: "img", "aria-label": this.summary() }, this.container);
      this.sliders = ["First week", "Last week"].map((name) => this.slider(name));
      const line = document.createElement("p");
      this.words = document.createElement("output");
      this.clear = document.createElement("button");
      this.clear.type = "button";
      this.clear.textContent = "All dates";
      this.clear.addEventListener("click", () => this.choose(0, this.weeks.length - 1, { tell: true }));
      line.append(this.words, " ", this.clear);
      this.container.append(line);
      this.svg.addEventListener("pointerdown", (event) => this.drag(event));
      this.svg.addEventListener("pointermove", (event) => this.hover(event));
      this.svg.addEventListener("pointerleave", () => this.say());
      this.choose(this.at(this.chosen[0], 0), this.at(this.chosen[1], this.weeks.length - 1));
    }

    summary() {
      const most = this.weeks.reduce((best, week) => (week[1] > best[1] ? week : best));
      return `Events by week from ${spoken(this.weeks[0][0])} to ${spoken(this.weeks.at(-1)[0])}; ` +
        `the most, ${most[1]}, in the week of ${spoken(most[0])}`;
    }

    slider(name) {
      const input = document.createElement("input");
      Object.assign(input, { type: "range", min: 0, max: this.weeks.length - 1, step: 1 });
      input.setAttribute("aria-label", name);
      const act = (tell) => {
        const [first, last] = this.sliders.map((slider) => Number(slider.value));
        this.choose(Math.min(first, last), Math.max(first, last), { tell });
      };
      input.addEventListener("input", () => act(false));
      input.addEventListener("change", () => act(true));
      this.container.append(input);
      return input;
    }

    /** The number of the week that a date is in. */
    at(date, otherwise) {
      if (!date || Number.isNaN(Date.parse(date))) return otherwise;
      const week = Math.floor((Date.parse(date) - Date.parse(this.weeks[0][0])) / DAY / WEEK);
      return Math.max(0, Math.min(this.weeks.length - 1, week));
    }

    choose(first, last, { tell = false } = {}) {
      [this.first, this.last] = [first, last];
      this.sliders.forEach((slider, i) => {
        slider.value = [first, last][i];
        slider.setAttribute("aria-valuetext", `week of ${spoken(this.weeks[[first, last][i]][0])}`);
      });
      this.clear.hidden = this.isWhole();
      this.say();
      this.draw();
      if (!tell) return;
      const [from, to] = this.isWhole() ? [null, null] : [this.weeks[first][0], day(this.weeks[last][0], WEEK - 1)];
      this.container.dispatchEvent(new CustomEvent("polemos:filter", { bubbles: true, detail: { from, to } }));
    }

    isWhole() {
      return this.first === 0 && this.last === this.weeks.length - 1;
    }

    say(week) {
      if (week) {
        this.words.textContent = `Week of ${spoken(week[0])}: ${week[1]} ${week[1] === 1 ? "event" : "events"}`;
        return;
      }
      const counted = this.weeks.slice(this.first, this.last + 1).reduce((sum, [, count]) => sum + count, 0);
      const first = this.isWhole() ? this.weeks.findIndex(([, count]) => count) : this.first;
      this.words.textContent = `${spoken(this.weeks[first][0])} – ` +
        `${spoken(day(this.weeks[this.last][0], WEEK - 1))}: ${counted.toLocaleString("en")} ${counted === 1 ? "event" : "events"}${this.isWhole() ? this.rest : ""}`;
    }

    week(event) {
      const { left, width } = this.svg.getBoundingClientRect();
      const at = Math.floor(((event.clientX - left) / width) * this.weeks.length);
      return Math.max(0, Math.min(this.weeks.length - 1, at));
    }

    hover(event) {
      if (!this.svg.hasPointerCapture(event.pointerId)) this.say(this.weeks[this.week(event)]);
    }

    drag(event) {
      const start = this.week(event);
      const span = (now) => [Math.min(start, this.week(now)), Math.max(start, this.week(now))];
      const move = (now) => this.choose(...span(now));
      this.svg.setPointerCapture(event.pointerId);
      this.svg.addEventListener("pointermove", move);
      const end = (now) => {
        this.svg.removeEventListener("pointermove", move);
        this.choose(...span(now), { tell: now.type === "pointerup" });
      };
      this.svg.addEventListener("pointerup", end, { once: true });
      this.svg.addEventListener("pointercancel", end, { once: true });
      event.preventDefault();
    }

    draw() {
      const width = this.svg?.clientWidth;
      if (!width) return;
      const height = HEIGHT + 18; // pixels: the bars, and a line of text under them
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      this.svg.replaceChildren();
      const step = width / this.weeks.length;
      const most = Math.max(1, ...this.weeks.map(([, count]) => count));
      const gap = step > 4 ? 1 : 0;
      const bars = (from, to) => this.weeks.slice(from, to).map(([, count], i) => {
        const tall = count ? Math.max(1, (count / most) * HEIGHT) : 0;
        return `M${((from + i) * step).toFixed(1)} ${HEIGHT}v${-tall.toFixed(1)}h${(step - gap).toFixed(1)}V${HEIGHT}z`;
      }).join("");
      shape("rect", { class: "chosen", x: this.first * step, y: 0, width: (this.last - this.first + 1) * step, height: HEIGHT }, this.svg);
      shape("path", { class: "other", d: bars(0, this.weeks.length) }, this.svg);
      shape("path", { class: "within", d: bars(this.first, this.last + 1) }, this.svg);
      this.years(width, step);
    }

    /** Marks where a year or, if there is room, a month begins. */
    years(width, step) {
      const room = 56; // pixels that a mark takes
      const months = (WEEK * this.weeks.length) / 30 * room < width;
      let free = 0;
      this.weeks.forEach(([date], i) => {
        const unit = months ? 7 : 4; // characters of a date that name its month, or its year
        const begins = i === 0 || date.slice(0, unit) !== this.weeks[i - 1][0].slice(0, unit);
        if (!begins || i * step < free || i * step + room > width) return;
        free = i * step + room;
        const text = shape("text", { x: i * step, y: HEIGHT + 14 }, this.svg);
        text.textContent = months ? new Date(date).toLocaleDateString("en-GB", { month: "short", year: "numeric", timeZone: "UTC" }) : date.slice(0, 4);
      });
    }
  }

  /** Adds the weeks in which nothing happened, and some before where there are few. */
  function filled(counts) {
    const known = new Map(counts);
    const weeks = [];
    if (!counts.length) return weeks;
    const shown = (Date.parse(counts.at(-1)[0]) - Date.parse(counts[0][0])) / DAY / WEEK + 1;
    const start = day(counts[0][0], -WEEK * Math.max(0, LEAST - shown));
    for (let date = start; date <= counts.at(-1)[0]; date = day(date, WEEK)) weeks.push([date, known.get(date) ?? 0]);
    return weeks;
  }

  const timelines = [...document.querySelectorAll(".timeline[data-source]")].map((container) => new Timeline(container));
  document.addEventListener("polemos:filtered", ({ detail: { search } }) => {
    for (const timeline of timelines) {
      timeline.source.search = search;
      timeline.load();
    }
  });
})();
