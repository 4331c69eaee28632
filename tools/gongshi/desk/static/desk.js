// Keys, picking from what was found, dropping a file. No request of its own, nothing kept.
"use strict";
(() => {
  const typing = (node) => node && /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName);
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "/" && !typing(event.target)) {
      event.preventDefault();
      document.getElementById("q")?.focus();
    } else if (event.key === "Escape" && typing(event.target)) {
      event.target.blur();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const next = document.querySelector("[data-next]:not([disabled])");
      if (next) next.click();
    }
  });
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-key]");
    if (!chosen) return;
    const box = chosen.closest(".picks");
    const field = document.querySelector(`[data-pick="${box.id}"]`);
    const before = field.dataset.many ? field.value.replace(/，/g, " ").split(" ").slice(0, -1).filter(Boolean) : [];
    field.value = [...before, chosen.dataset.key].join(" ") + (field.dataset.many ? " " : "");
    box.replaceChildren();
    field.focus();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("submit", (event) => {
    const working = event.target.querySelector("[data-working]");
    if (working) working.hidden = false;
  });
  const drop = document.querySelector("[data-drop]");
  if (drop) {
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      document.getElementById("workbook").files = event.dataTransfer.files;
      drop.requestSubmit();
    });
  }
  document.querySelector(".err, [aria-invalid=true]")?.closest(".field")?.querySelector("input, select")?.focus();
})();
