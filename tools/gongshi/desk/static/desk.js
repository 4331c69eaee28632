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
    } else if (/^[jkarq]$/i.test(event.key) && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      step(event.key.toLowerCase(), event);
    }
  });
  // 审核: from record to record by J and K; A is seen, R to be mended, Q a question
  const step = (key, event) => {
    const pieces = [...document.querySelectorAll(".piece")];
    const at = pieces.indexOf(document.activeElement?.closest(".piece"));
    if (!pieces.length) return;
    event.preventDefault();
    if (key === "j" || key === "k") return pieces[Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), pieces.length - 1)].focus();
    const chosen = pieces[at]?.querySelector(`input[value=${{ a: "seen", r: "mend", q: "ask" }[key]}]`);
    if (!chosen) return;
    chosen.checked = true;
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
    if (key === "a") step("j", event);
    else pieces[at].querySelector("textarea").focus();
  };
  // How many of each, and which of the two buttons goes
  const marks = document.querySelector("[data-marks]");
  const count = () => {
    const pieces = [...marks.querySelectorAll(".piece")], of = { seen: 0, mend: 0, ask: 0, "": 0 };
    for (const piece of pieces) of[piece.querySelector("input[type=radio]:checked")?.value || ""] += 1;
    for (const node of marks.querySelectorAll("[data-count]")) node.textContent = `${of[node.dataset.count]} 处`;
    const said = of.mend + of.ask, back = marks.querySelector("[data-return]"), take = marks.querySelector("[data-accept]"), why = marks.querySelector("[data-why]");
    take.disabled = said > 0;
    why.hidden = !said && !of[""];
    why.textContent = said ? `还不能接受：${[of.mend && `${of.mend} 处要改`, of.ask && `${of.ask} 处在问`].filter(Boolean).join("，")}。` : `还有 ${of[""]} 处没看。`;
    back.firstChild.textContent = said ? `退回，附 ${said} 条意见` : "退回";
    for (const [node, main] of [[back, said > 0], [take, !said]]) { node.classList.toggle("main", main); node.toggleAttribute("data-next", main); }
  };
  if (marks) { marks.addEventListener("change", count); count(); }
  // What was found goes when the field and its list are left
  document.addEventListener("focusout", (event) => {
    const field = event.target.closest?.(".field");
    if (field && field.querySelector(".picks") && !field.contains(event.relatedTarget)) field.querySelector(".picks").replaceChildren();
  });
  // Through what was found by the arrows; a press on it leaves the field where it is
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(".field"), picks = field?.querySelector(".picks");
    const found = [...(picks?.querySelectorAll("button") || [])], at = found.indexOf(event.target);
    if (event.isComposing || !found.length) return;
    if (event.key === "ArrowDown") { event.preventDefault(); found[Math.min(at + 1, found.length - 1)].focus(); }
    else if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (at ? found[at - 1] : field.querySelector("[data-pick]")).focus(); }
    else if (event.key === "Escape" && at >= 0) { field.querySelector("[data-pick]").focus(); picks.replaceChildren(); }
  });
  document.addEventListener("mousedown", (event) => { if (event.target.closest(".picks")) event.preventDefault(); });
  document.addEventListener("htmx:afterSwap", (event) => {
    const field = event.target.classList?.contains("picks") && event.target.closest(".field");
    if (field && !field.contains(document.activeElement)) event.target.replaceChildren();
  });
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-key]");
    if (!chosen) return;
    const box = chosen.closest(".picks");
    const field = document.querySelector(`[data-pick="${box.id}"]`);
    const before = field.dataset.many ? field.value.replace(/[，,、]/g, " ").split(/\s+/).slice(0, -1).filter(Boolean) : [];
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
