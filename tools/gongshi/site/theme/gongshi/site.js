/* Filters over tables that are complete without this script, and long tables shown piece by piece. The choice is kept
   in the address. A row that a filter leaves out is `hidden`; one that is only further down has the class gs-later. */
(function () {
  "use strict";

  var PIECE = window.innerWidth < 720 ? 15 : 40;

  function array(list) { return Array.prototype.slice.call(list); }

  /* What a row says under a name: an attribute of the row, or of the cell that is marked so, or that cell's text. */
  function value(row, name) {
    var mark = "data-" + name, cell = row.hasAttribute(mark) ? row : row.querySelector("[" + mark + "]");
    return cell ? cell.getAttribute(mark) || cell.textContent.trim() : "";
  }

  /* What a record is called: its name, and its number, which is the page that its name leads to. */
  function called(cell) {
    var link = cell.querySelector("a");
    return cell.textContent + (link ? " " + link.pathname.split("/").pop().replace(/\.html$/, "") : "");
  }

  /* Several values are separated by blanks; * stands for all of them. */
  function matches(row, field) {
    var wanted = field.value.trim();
    if (field.name === "text") return called(row.cells[0]).indexOf(wanted) >= 0;
    if (field.name === "day") return value(row, "from") <= wanted && wanted <= value(row, "to");
    var found = value(row, field.name);
    return found === wanted || found === "*" || found.split(" ").indexOf(wanted) >= 0;
  }

  function amount(yuan) {
    var parts = (yuan / 10000).toFixed(2).split(".");
    return parts[0].replace(/\B(?=(\d{3})+$)/g, ",") + "." + parts[1];
  }

  /* Shows the first rows of a long table, or the first records of a list of changes, and a button for more. */
  function pieces(body) {
    var all = array(body.rows || body.querySelectorAll("li li")), unit = body.rows ? " 行" : " 条";
    var frame = body.closest(".gs-frame") || body, more = document.createElement("p"), shown = PIECE;
    more.className = "gs-later__more";
    frame.parentNode.insertBefore(more, frame.nextSibling);

    function button(text, next) {
      var made = more.appendChild(document.createElement("button"));
      made.type = "button";
      made.textContent = text;
      made.addEventListener("click", function () { shown = next; draw(); });
    }

    function draw() {
      var rows = all.filter(function (row) { return !row.hidden; });
      rows.forEach(function (row, place) { row.classList.toggle("gs-later", place >= shown); });
      if (!body.rows) array(body.children).forEach(function (step) {
        step.classList.toggle("gs-later", !step.querySelector("li:not(.gs-later)"));
      });
      more.textContent = "";
      more.hidden = rows.length <= shown;
      if (more.hidden) return;
      button("再看 " + Math.min(PIECE, rows.length - shown) + unit, shown + PIECE);
      button("全部 " + rows.length + unit, Infinity);
    }

    /* An address that names a row must find it. */
    function named() {
      var row = all.filter(function (row) { return row.id && location.hash === "#" + encodeURIComponent(row.id); })[0];
      if (!row) return;
      shown = Infinity;
      draw();
      row.scrollIntoView();
    }

    document.addEventListener("gongshi:filtered", function () { shown = PIECE; draw(); });
    window.addEventListener("hashchange", named);
    draw();
    named();
  }

  /* The villages on offer are those of the chosen township. */
  function narrow(fields) {
    var town = fields.filter(function (field) { return field.name === "township"; })[0];
    var village = fields.filter(function (field) { return field.name === "village"; })[0];
    if (!town || !village) return;
    array(village.querySelectorAll("optgroup")).forEach(function (group) {
      group.disabled = group.hidden = Boolean(town.value) && group.label !== town.value;
    });
    var chosen = village.selectedOptions[0];
    if (chosen && chosen.parentNode.disabled) village.value = "";
  }

  function start(form) {
    var name = form.getAttribute("data-filter");
    var body = document.querySelector('[data-rows="' + name + '"]');
    var count = document.querySelector('[data-count="' + name + '"]');
    var whole = count.innerHTML, unit = " " + form.getAttribute("data-unit");
    var rows = array(body.rows);
    var fields = array(form.elements).filter(function (field) { return field.name; });

    function apply() {
      narrow(fields);
      var chosen = fields.filter(function (field) { return field.value.trim(); });
      var shown = 0, sum = 0;
      rows.forEach(function (row) {
        var keep = chosen.every(function (field) { return matches(row, field); });
        row.hidden = !keep;
        if (keep) { shown += 1; sum += Number(row.getAttribute("data-sum")); }
      });
      if (!chosen.length) count.innerHTML = whole;
      else count.textContent = "筛选出 " + shown + unit + "，共 " + rows.length + unit +
        (rows.length && rows[0].hasAttribute("data-sum") ? "；预算 " + amount(sum) + " 万元。" : "。");
      var query = chosen.map(function (field) {
        return encodeURIComponent(field.name) + "=" + encodeURIComponent(field.value.trim());
      }).join("&");
      document.dispatchEvent(new Event("gongshi:filtered"));
      try { history.replaceState(null, "", location.pathname + (query ? "?" + query : "") + location.hash); } catch (_) { /* from a folder */ }
    }

    var given = new URLSearchParams(location.search);
    fields.forEach(function (field) { if (given.has(field.name)) field.value = given.get(field.name); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", apply);
    form.addEventListener("reset", function () { setTimeout(apply); });
    form.hidden = false;
    apply();
  }

  document.querySelectorAll("[data-rows], [data-pieces]").forEach(pieces);
  document.querySelectorAll("form[data-filter]").forEach(start);
})();
