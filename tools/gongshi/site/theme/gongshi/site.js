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

  /* What an address asks for that is not here. */
  function said(strange) { return "地址里的" + strange.join("、") + "在这里没有，没有按它筛选。"; }

  function amount(yuan) {
    var parts = (Math.round(yuan / 100 + 1e-6) / 100).toFixed(2).split(".");
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
      var shown = 0, sum = 0, village = chosen.some(function (field) { return field.name === "village"; });
      var own = { count: 0, sum: 0 }, shared = 0, wide = 0;
      rows.forEach(function (row) {
        var keep = chosen.every(function (field) { return matches(row, field); });
        row.hidden = !keep;
        if (!keep) return;
        shown += 1;
        sum += Number(row.getAttribute("data-sum"));
        var places = Number(row.getAttribute("data-places") || 0);
        if (places === 1) { own.count += 1; own.sum += Number(row.getAttribute("data-sum")); }
        else if (places) shared += 1;
        else wide += 1;
      });
      if (!chosen.length) count.innerHTML = whole;
      else if (village) count.textContent = "筛选出 " + shown + unit + "：只给本村的 " + own.count + unit + "，预算 " + amount(own.sum) +
        " 万元；和别村共有的 " + shared + unit + "、全县全镇的 " + wide + unit + "，那是整个项目的钱，不能算成本村的。发到户的补助见村的明白卡。";
      else count.textContent = "筛选出 " + shown + unit + "，共 " + rows.length + unit +
        (rows.length && rows[0].hasAttribute("data-sum") ? "；预算 " + amount(sum) + " 万元。" : "。");
      count.classList.toggle("gs-warn", strange.length > 0);
      if (strange.length) count.insertBefore(document.createTextNode(said(strange)), count.firstChild);
      var query = chosen.map(function (field) {
        return encodeURIComponent(field.name) + "=" + encodeURIComponent(field.value.trim());
      }).join("&");
      document.dispatchEvent(new Event("gongshi:filtered"));
      try { history.replaceState(null, "", location.pathname + (query ? "?" + query : "") + location.hash); } catch (_) { /* from a folder */ }
    }

    /* What an address asks for and this page does not offer is said; no filter is left out in silence. */
    var given = new URLSearchParams(location.search), strange = [];
    given.forEach(function (value, name) {
      var field = fields.filter(function (one) { return one.name === name; })[0];
      if (field) field.value = value;
      if (value.trim() && (!field || field.value.trim() !== value.trim())) strange.push("“" + (field ? value : name + "=" + value) + "”");
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", function () { strange = []; apply(); });
    form.addEventListener("reset", function () { setTimeout(apply); });
    form.hidden = false;
    apply();
  }

  /* Days that are left, by the reader's clock: a page that was built last week knows no better than to ask. */
  function today() {
    var now = new Date();
    return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
  }

  var STALE = 8;

  function clock() {
    var built = document.querySelector('meta[name="gongshi:on"]'), example = document.querySelector("[data-example]");
    var now = example && built ? new Date(built.content + "T00:00:00Z") : today();
    function days(text) { return Math.round((new Date(text + "T00:00:00Z") - now) / 864e5); }
    var stale = built ? -days(built.content) : 0;
    document.querySelectorAll("[data-stale]").forEach(function (part) {
      part.hidden = stale < STALE;
      part.textContent = "（已 " + stale + " 天没有更新）";
    });
    document.querySelectorAll("[data-while]").forEach(function (part) { part.hidden = days(part.getAttribute("data-while")) < 0; });
    document.querySelectorAll("[data-after]").forEach(function (part) { part.hidden = days(part.getAttribute("data-after")) >= 0; });
    document.querySelectorAll(".nt[data-until]").forEach(function (line) {
      var left = days(line.getAttribute("data-until")), box = line.querySelector("[data-left]");
      box.innerHTML = left > 0 ? "还剩<b>" + left + "</b>天" : left === 0 ? "今天<b>止</b>" : "已<b>满</b>期";
      line.classList.toggle("nt-over", left < 0);
    });
    document.querySelectorAll(".gs-stage[data-until]").forEach(function (mark) {
      if (days(mark.getAttribute("data-until")) < 0) { mark.textContent = "公示期已满"; mark.classList.add("gs-stage--early"); }
    });
  }

  /* The village that was looked at last stays on this device alone. */
  function remembered() {
    var key = "gongshi-village", here = document.querySelector("[data-village]"), found = null;
    try {
      if (here) localStorage.setItem(key, JSON.stringify({ code: here.dataset.village, name: here.dataset.name, town: here.dataset.town || "", townName: here.dataset.townName || "" }));
      found = JSON.parse(localStorage.getItem(key));
    } catch (_) { /* no storage */ }
    if (!found || !/^[0-9]{12}$/.test(found.code) || here) return;
    document.querySelectorAll("[data-last]").forEach(function (link) {
      link.href = (document.body.getAttribute("data-root") || "") + "villages/" + found.code + ".html";
      link.querySelector("b").textContent = found.name;
      link.hidden = false;
    });
    var mine = document.querySelector("[data-mine]"), list = document.querySelector("[data-list]");
    if (!mine || !list || !found.town) return;
    mine.hidden = false;
    mine.querySelector("b").textContent = found.townName;
    array(list.children).filter(function (line) { return line.getAttribute("data-town") === found.town; }).reverse()
      .forEach(function (line) { list.insertBefore(line, list.firstChild); });
  }

  /* A cell as a number where it is one: the exact value under a rounded one, else its text. */
  function cell(one) {
    var exact = one.querySelector("data");
    var text = exact ? exact.getAttribute("value") : one.textContent.trim().replace(/,/g, "");
    return text;
  }

  function sorting(table) {
    array(table.tHead.rows[0].cells).forEach(function (head, place) {
      var made = document.createElement("button");
      made.type = "button"; made.className = "gs-sort"; made.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(made);
      made.addEventListener("click", function () {
        var up = head.getAttribute("aria-sort") === "descending";
        array(table.tHead.rows[0].cells).forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        array(table.tBodies[0].rows).sort(function (a, b) {
          var x = cell(a.cells[place]), y = cell(b.cells[place]), n = parseFloat(x), o = parseFloat(y);
          if (isNaN(n) !== isNaN(o)) return isNaN(n) ? 1 : -1;
          return (up ? 1 : -1) * (isNaN(n) ? x.localeCompare(y, "zh") : n - o);
        }).forEach(function (row) { table.tBodies[0].appendChild(row); });
      });
    });
  }

  /* The rows that are shown, as a sheet: exact values, a mark of order for spreadsheets, no formula. */
  function take(button, of) {
    var table = of || (button.closest("section") || document).querySelector(".gs-frame table") || document.querySelector(".gs-frame table");
    if (!table || !window.Blob) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      var heads = array(table.tHead.rows[0].cells).map(function (head) { return head.textContent.trim(); });
      var lines = [heads].concat(array(table.tBodies[0].rows).filter(function (row) { return !row.hidden; }).map(function (row) {
        return array(row.cells).map(function (one, place) {
          var exact = one.querySelector("data"), text = cell(one);
          if (/（万元）/.test(heads[place]) && /^[0-9.]+$/.test(text)) text = exact ? text : String(Math.round(Number(text) * 1e6) / 100);
          return text;
        });
      }));
      lines[0] = heads.map(function (head) { return head.replace("（万元）", "（元）"); });
      var text = lines.map(function (line) {
        return line.map(function (one) {
          var safe = one.replace(/\s+/g, " ");
          if (/^[=+\-@＝＋－＠]/.test(safe)) safe = "'" + safe;
          return /[",]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
        }).join(",");
      }).join("\r\n");
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff" + text + "\r\n"], { type: "text/csv" }));
      link.download = button.getAttribute("data-take") + ".csv";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
  }

  /* Every list with a filter, and every comparison, can be taken along, also where its page has no button for that. */
  function offer(body) {
    var table = body.closest("table"), frame = table && table.closest(".gs-frame");
    if (!frame || document.querySelector("[data-take]:not([data-made])")) return;
    var line = document.createElement("p"), button = line.appendChild(document.createElement("button"));
    line.className = "btns";
    button.className = "btn o";
    button.type = "button";
    button.textContent = "下载这些行";
    button.setAttribute("data-made", "");
    button.setAttribute("data-take", (table.caption || document.querySelector("h1")).textContent.trim());
    var more = frame.nextElementSibling;
    frame.parentNode.insertBefore(line, more && more.className === "gs-later__more" ? more.nextSibling : frame.nextSibling);
    take(button, table);
  }

  /* Two to four of the rows of a comparison. */
  function pick(form) {
    var rows = array(document.querySelectorAll("[data-compare] tbody tr"));
    function apply() {
      var wanted = array(form.elements).filter(function (one) { return one.checked; }).map(function (one) { return one.value; });
      rows.forEach(function (row) { row.hidden = wanted.length > 0 && wanted.indexOf(row.getAttribute("data-slug")) < 0; });
      try { history.replaceState(null, "", location.pathname + (wanted.length ? "?t=" + wanted.join(",") : "")); } catch (_) { /* from a folder */ }
    }
    var strange = [], told = document.createElement("p");
    new URLSearchParams(location.search).forEach(function (value, name) {
      value.split(",").filter(Boolean).forEach(function (each) {
        var box = array(form.elements).filter(function (one) { return name === "t" && one.value === each; })[0];
        if (!box) { strange.push("“" + (name === "t" ? each : name + "=" + each) + "”"); return; }
        box.checked = true;
        if (box.closest("details")) box.closest("details").open = true;
      });
    });
    told.className = "gs-warn";
    told.setAttribute("role", "status");
    form.parentNode.insertBefore(told, form);
    if (strange.length) told.textContent = said(strange);
    form.addEventListener("change", function () { told.textContent = ""; });
    form.addEventListener("change", apply);
    form.addEventListener("reset", function () { setTimeout(apply); });
    form.hidden = false;
    apply();
  }

  document.querySelectorAll("[data-rows], [data-pieces]").forEach(pieces);
  document.querySelectorAll("form[data-filter]").forEach(start);
  document.querySelectorAll("form[data-pick]").forEach(pick);
  document.querySelectorAll("[data-compare]").forEach(sorting);
  document.querySelectorAll("[data-take]").forEach(function (button) { take(button); });
  document.querySelectorAll("[data-rows], [data-compare] tbody").forEach(offer);
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  clock();
  remembered();
})();
