// Things to press: button, press-button, link, clickable, clickable-chip, button-group. Each holds a real <button> or <a>, so that
// keyboard, middle click and assistive technology behave; its click is composed and reaches the host as it is.

const ACTION_ATTRS = ["accessibilitylabel", "lang", "interestfor", "commandfor", "command", "href", "target", "download"];

class Action extends BoxPart {
  static delegates = true;
  static html = `<span class="hold"></span><template><slot></slot></template>`;

  setUp() {
    super.setUp?.();
    this.addEventListener("click", (event) => this.acted(event));
  }

  /** The inner <a> or <button>; made anew only when `href` comes or goes, so that focus survives a repaint. */
  get control() {
    const wanted = this.attr("href") && !this.is("disabled") ? "a" : "button";
    let control = this.$(".control");
    if (control?.localName !== wanted) {
      control = document.createElement(wanted);
      control.className = "control";
      control.append(this.$("template").content.cloneNode(true));
      this.$(".hold").replaceChildren(control);
    }
    return control;
  }

  draw() {
    super.draw();
    const control = this.control;
    const target = this.attr("target");
    if (control.localName === "a") give(control, { href: this.attr("href"), target: target === "auto" ? "" : target, download: this.hasAttribute("download") ? this.attr("download") || true : null });
    else give(control, { type: "button", disabled: this.is("disabled") || this.is("loading"), "aria-busy": this.is("loading") && "true" });
    give(control, { "aria-label": this.attr("accessibilitylabel"), lang: this.attr("lang") });
  }

  describe() {} // the label belongs to the control, not to the host

  /** A submit or reset button acts on the form around it: an inner <button> cannot see it through the shadow root. */
  acted(event) {
    if (this.is("disabled") || this.is("loading")) return event.stopImmediatePropagation();
    const type = this.constructor.attrs.includes("type") ? this.attr("type", "button") : "button";
    const form = this.closest("form");
    if (!form || this.attr("href") || type === "button") return;
    // After the other listeners of this click, which may call it off.
    queueMicrotask(() => {
      if (event.defaultPrevented) return;
      if (type === "submit") form.requestSubmit();
      else form.reset();
    });
  }

  click() {
    this.control.click();
  }
}

const BUTTON_CSS = `:host{display:inline-block;max-width:100%} :host([inlinesize=fill]){display:block} :host([inlinesize=fill]) .control{width:100%}
  .hold{display:contents}
  .control{display:inline-flex;align-items:center;justify-content:center;gap:6px;min-height:32px;padding:4px 12px;border:1px solid var(--pn-line-strong);
    border-radius:8px;background:var(--pn-surface);color:var(--pn-ink);font:inherit;font-weight:550;font-size:13px;line-height:20px;text-decoration:none;cursor:pointer;text-align:center}
  .control:hover{background:var(--pn-surface-2)} .control:active{background:var(--pn-surface-3)}
  .control.primary{background:var(--pn-accent);border-color:var(--pn-accent);color:#fff} .control.primary:hover{background:var(--pn-accent-hover)}
  .control.tertiary{background:transparent;border-color:transparent} .control.tertiary:hover{background:var(--pn-surface-3)}
  .control.critical{color:var(--pn-critical);border-color:var(--pn-critical)} .control.critical.tertiary{border-color:transparent}
  .control.critical.primary{background:var(--pn-critical);color:#fff}
  .control:disabled{cursor:default;background:var(--pn-surface-3);border-color:var(--pn-line);color:#5f6863} .icon{display:inline-flex;font-size:16px} .icon:empty{display:none}
  .control[aria-busy] .icon{animation:turn 1s linear infinite} @keyframes turn{to{rotate:1turn}} @media (prefers-reduced-motion:reduce){.control[aria-busy] .icon{animation:none}}
  @media (pointer:coarse){.control{min-height:44px}}`;

class Button extends Action {
  static attrs = [...ACTION_ATTRS, "tone", "icon", "variant", "type", "disabled", "inlinesize", "loading"];
  static html = `<span class="hold"></span><template><span class="icon"></span><slot></slot></template>`;
  static css = BUTTON_CSS;
  draw() {
    super.draw();
    const asked = this.attr("variant", "auto");
    const variant = asked === "auto" && this.slot === "primary-action" ? "primary" : asked;
    this.control.className = `control ${variant} ${this.attr("tone")}`;
    this.$(".icon").innerHTML = this.is("loading") ? svg("refresh") : this.hasAttribute("icon") ? svg(this.attr("icon")) : "";
  }
}
reflect(Button, { text: ["type", "href", "variant", "tone"], flags: ["disabled", "loading"] });

class PressButton extends Button {
  static attrs = ["tone", "icon", "variant", "disabled", "accessibilitylabel", "inlinesize", "loading", "lang", "pressed"];
  draw() {
    super.draw();
    this.control.setAttribute("aria-pressed", String(this.is("pressed")));
  }
}

class Link extends Action {
  static attrs = [...ACTION_ATTRS, "tone"];
  static css = `:host{display:inline} .hold{display:contents} .control{font:inherit;color:var(--pn-link);background:none;border:0;padding:0;cursor:pointer;text-decoration:underline;text-underline-offset:.15em;border-radius:3px;overflow-wrap:anywhere}
    .control:hover{color:var(--pn-accent-hover)} :host([tone=neutral]) .control{color:inherit} :host([tone=critical]) .control{color:var(--pn-critical)}`;
}
reflect(Link, { text: ["href", "target", "tone"] });

class Clickable extends Action {
  static attrs = [...BOX_ATTRS, ...ACTION_ATTRS, "loading", "disabled", "type"];
  static css = `:host{display:block} .hold{display:contents} .control{display:block;width:100%;font:inherit;color:inherit;text-align:start;background:none;border:0;padding:0;cursor:pointer;text-decoration:none;border-radius:inherit}`;
}
reflect(Clickable, { text: ["type", "href"], flags: ["disabled", "loading"] });

class ClickableChip extends Action {
  static attrs = ["disabled", "href", "removable", "color", "interestfor", "accessibilitylabel", "commandfor", "command"];
  static html = `<span class="hold"></span><button type="button" class="off" aria-label="Remove">${svg("x")}</button><template><slot name="graphic"></slot><slot></slot></template>`;
  static css = `:host{display:inline-flex;align-items:center;border-radius:8px;background:var(--pn-surface-3);font-size:13px} .hold{display:contents}
    .control{border:0;background:none;font:inherit;color:inherit;padding:4px 10px;cursor:pointer;text-decoration:none} .off{border:0;background:none;padding:4px 8px 4px 0;cursor:pointer;display:inline-flex}`;
  setUp() {
    super.setUp();
    this.$(".off").addEventListener("click", (event) => {
      event.stopPropagation();
      this.say("remove");
    });
  }
  draw() {
    super.draw();
    this.$(".off").hidden = !this.is("removable");
  }
}

class ButtonGroup extends Part {
  static attrs = ["accessibilitylabel", "gap"];
  static role = "group";
  static html = `<slot></slot><slot name="secondary-actions"></slot><slot name="primary-action"></slot>`;
  static css = ":host{display:inline-flex;flex-wrap:wrap;gap:8px;max-width:100%} :host([gap=none]){gap:0}";
  draw() {
    give(this, { "aria-label": this.attr("accessibilitylabel") });
  }
}
