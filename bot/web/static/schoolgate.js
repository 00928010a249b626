/* Schoolgate's one script: keys, the seconds of an undo, and news. Every page works without it. */
"use strict";
(() => {
  const first = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  /* --- keys: asleep while somebody types, and can be switched off (WCAG 2.1.4) --- */
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* not kept */ } };
  let awake = stored("schoolgate-keys") !== "off";

  const toggle = first("#keys-switch");
  if (toggle) {
    const name = () => { toggle.textContent = awake ? "Switch the keys off" : "Switch the keys on"; };
    toggle.hidden = false;
    name();
    toggle.addEventListener("click", () => {
      awake = !awake;
      store("schoolgate-keys", awake ? "on" : "off");
      name();
    });
  }

  const typing = (target) =>
    target.closest("textarea, select, [contenteditable]") ||
    (target.matches("input") && !["radio", "checkbox", "submit"].includes(target.type));

  const open = (element) => {
    for (let one = element?.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
  };
  const goTo = (element) => { if (element) { open(element); element.focus(); } return Boolean(element); };
  const links = () => all(".cases h2 a");

  const step = (by) => {
    const neighbour = first(by > 0 ? "a[rel=next]" : "a[rel=prev]");
    if (neighbour) { neighbour.click(); return true; }
    const list = links();
    const here = list.findIndex((link) => link.closest(".case").contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : list.length - 1) : here + by;
    return goTo(list[Math.min(Math.max(next, 0), list.length - 1)]);
  };

  const current = () => document.activeElement.closest(".case") || first(".cases .case");
  const tick = () => {
    const box = current() && first("input[name=case]", current());
    if (box) box.click();
    return Boolean(box);
  };

  const decide = (wanted) => {
    const form = first("form[data-form=decide]") || first("form[data-form=several]");
    const radio = wanted.map((value) => form && first(`input[name=outcome][value=${value}]`, form)).find(Boolean);
    if (!radio) return false;
    const several = form.dataset.form === "several";
    if (several && !first("input[name=case]:checked", form)) tick();
    if (radio.closest("[hidden]")) return goTo(first(".govuk-radios__item:not([hidden]) input", form));
    radio.checked = true;
    if (!several && radio.value === "allow") {
      form.requestSubmit(first("button[value=next]", form));
      return true;
    }
    return goTo(first("textarea[name=reason]", form));
  };

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => decide(["allow", "unhide"]),
    h: () => decide(["hide"]),
    r: () => goTo(first("#route-role")),
    n: () => goTo(first("#note-text")),
    x: tick,
    u: () => {
      const form = first("form[data-undo]");
      if (form) form.requestSubmit();
      return Boolean(form);
    },
    "/": () => {
      if (!first("#q")) location.assign("/#q");
      return goTo(first("#q")) || true;
    },
    "?": () => {
      const help = first("#keys");
      if (!help) return false;
      help.open = !help.open;
      if (help.open) { help.scrollIntoView({ block: "end" }); first("summary", help).focus(); }
      return true;
    },
  };

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-form]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form && awake) {
      form.requestSubmit(first("button[type=submit]", form));
      event.preventDefault();
      return;
    }
    if (!awake || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target instanceof Element && typing(event.target)) return;
    if (Object.hasOwn(keys, event.key) && keys[event.key]()) event.preventDefault();
  });

  if (location.hash === "#q") goTo(first("#q"));

  /* --- several: offered is what fits at least one of those that are ticked --- */
  const several = first("form[data-form=several]");
  if (several) {
    const offer = () => {
      const ticked = all("input[name=case]:checked", several);
      first(".several__count", several).textContent = ticked.length ? ` (${ticked.length})` : "";
      all("input[name=outcome]", several).forEach((radio) => {
        const fits = ticked.some((box) => box.dataset.fits.split(" ").includes(radio.value));
        radio.closest(".govuk-radios__item").hidden = ticked.length > 0 && !fits;
        radio.checked &&= fits || !ticked.length;
      });
    };
    several.addEventListener("change", offer);
    addEventListener("pageshow", offer);
  }

  /* --- a form leaves once --- */
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.left) { event.preventDefault(); return; }
    event.target.dataset.left = "yes";
  });
  addEventListener("pageshow", () => all("form[data-left]").forEach((form) => delete form.dataset.left));

  /* --- undo: how many seconds are left, by the server's clock as the page came --- */
  const came = Date.now();
  all("form[data-seconds]").forEach((form) => {
    const left = first(".undo__left", form);
    const show = () => {
      const seconds = Math.ceil(Number(form.dataset.seconds) - (Date.now() - came) / 1000);
      if (seconds > 0) {
        left.textContent = ` (${seconds})`;
        setTimeout(show, 250);
      } else {
        left.textContent = " if it has not left yet";
      }
    };
    show();
  });

  /* --- news: the counts and the standing change in place; new cases wait for a click --- */
  const news = first("#news");
  if (news && "EventSource" in window) {
    const fresh = new Set();
    const source = new EventSource("/news");
    source.addEventListener("message", (message) => {
      const told = JSON.parse(message.data);
      const count = first("#waiting");
      if (count) count.textContent = told.waiting;
      for (const [ref, words] of Object.entries(told.standing)) {
        all(`[data-standing="${CSS.escape(ref)}"]`).forEach((place) => { place.textContent = words; });
      }
      told.new.filter((ref) => !first(`[data-case="${CSS.escape(ref)}"]`)).forEach((ref) => fresh.add(ref));
      if (fresh.size && !location.pathname.startsWith("/cases/" + [...fresh][0])) {
        const link = document.createElement("a");
        link.href = "/";
        link.textContent = fresh.size === 1 ? "One new case" : `${fresh.size} new cases`;
        news.replaceChildren(link, " came. Nothing here has moved.");
        news.hidden = false;
      }
    });
    addEventListener("pagehide", () => source.close());
  }
})();
