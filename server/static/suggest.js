// Suggests what to search for as one types: the combobox of the ARIA practices over <input data-suggest="address">.
(() => {
  "use strict";

  const PAUSE = 150; // milliseconds without a key before the server is asked
  const LEAST = 2; // letters: fewer fit nearly everything

  class Suggestions {
    constructor(input, number) {
      this.input = input;
      this.list = document.createElement("ul");
      Object.assign(this.list, { id: `suggestions-${number}`, className: "suggestions", hidden: true });
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "Suggestions");
      input.after(this.list);
      const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
      for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
      input.autocomplete = "off";
      input.addEventListener("input", () => this.later());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => setTimeout(() => this.close(), PAUSE));
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    async ask() {
      this.asked?.abort();
      const wanted = this.input.value.trim();
      if (wanted.length < LEAST) {
        this.close();
        return;
      }
      this.asked = new AbortController();
      const address = new URL(this.input.dataset.suggest, location.href);
      address.searchParams.set("q", wanted);
      try {
        const response = await fetch(address, { signal: this.asked.signal });
        this.show(response.ok ? await response.json() : []);
      } catch (error) {
        if (error.name !== "AbortError") this.close();
      }
    }

    show(found) {
      this.chosen = -1;
      this.list.replaceChildren(...found.map(({ label, kind, url }, i) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${i}`;
        option.setAttribute("role", "option");
        option.dataset.url = url;
        const small = document.createElement("small");
        small.textContent = kind;
        option.append(label, " ", small);
        option.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays where one types
        option.addEventListener("click", () => location.assign(url));
        return option;
      }));
      this.list.hidden = !found.length;
      this.input.setAttribute("aria-expanded", String(Boolean(found.length)));
      this.input.removeAttribute("aria-activedescendant");
    }

    close() {
      this.show([]);
    }

    key(event) {
      const options = [...this.list.children];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") this.close();
      else if (event.key === "Enter" && options[this.chosen]) {
        event.preventDefault();
        location.assign(options[this.chosen].dataset.url);
      } else if (step && options.length) {
        event.preventDefault();
        this.chosen = (this.chosen + step + options.length + (this.chosen < 0 && step < 0 ? 1 : 0)) % options.length;
        options.forEach((option, i) => option.setAttribute("aria-selected", String(i === this.chosen)));
        this.input.setAttribute("aria-activedescendant", options[this.chosen].id);
        options[this.chosen].scrollIntoView({ block: "nearest" });
      }
    }
  }

  document.querySelectorAll("input[data-suggest]").forEach((input, number) => new Suggestions(input, number));
})();
