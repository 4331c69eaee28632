/* The search: names are fetched when somebody begins to type. Part of a name, pinyin, first letters, one wrong sign;
   other words for the same thing. It works from a folder. */
(function () {
  "use strict";

  var ROOT = document.body.getAttribute("data-root") || "", SHOWN = 8, waiting = [], asked = false;
  var SAME = { "修路": ["道路", "路硬化", "公路"], "路灯": ["亮化"], "自来水": ["饮水"], "吃水": ["饮水"], "学费": ["资助"], "投诉": ["反映"], "举报": ["反映"], "上访": ["反映"],
    "盖房": ["危房"], "修房": ["危房"], "公益岗": ["公益性岗位"] };

  function names(then) {
    if (window.gongshiNames) return then(window.gongshiNames);
    waiting.push(then);
    if (asked) return;
    asked = true;
    var script = document.createElement("script");
    script.src = ROOT + "data/names.js";
    script.onload = function () { waiting.splice(0).forEach(function (each) { each(window.gongshiNames); }); };
    document.head.appendChild(script);
  }

  /* Small letters, narrow signs, no blanks and no marks of tone. */
  function folded(text) {
    return text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f\s'’·-]/g, "").replace(/ü|v/g, "u");
  }

  /* Whether one sign more, less or another makes a of b. */
  function near(a, b) {
    if (Math.abs(a.length - b.length) > 1) return false;
    var i = 0;
    while (i < a.length && i < b.length && a[i] === b[i]) i += 1;
    var rest = a.length >= b.length ? a.slice(i + 1) : a.slice(i), other = b.length >= a.length ? b.slice(i + 1) : b.slice(i);
    return rest === other || (a.length === b.length && a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2));
  }

  var TAIL = /(村|社区|居委会|镇|乡)$/, OFFICE = /(村民委员会|居民委员会|村委会|居委会)$/;

  /* Narrow small signs without brackets, which everybody types in another way: 〔2020〕, [2020], （2020）, 2020. */
  function plain(text) { return text.normalize("NFKC").toLowerCase().replace(/[〔〕\[\](){}【】《》“”"]/g, ""); }

  function joined(text) { return plain(text).replace(/\s/g, ""); }

  /* What is compared of a row: its name, the name without its kind of place, what else is said of it, the last part of its address. */
  function known(row) {
    var name = joined(row[0]), page = /([^/#]+)\.html/.exec(row[1]);
    return row.known || (row.known = { name: name, bare: name.replace(TAIL, ""), more: plain(row[2] || ""), page: page ? page[1].toLowerCase() : "" });
  }

  /* A place with its township before it or its committee behind it. */
  function addressed(one, text) {
    var place = text.replace(OFFICE, "");
    var town = [one.more, one.more.replace(TAIL, "")].filter(function (before) { return before && place.indexOf(before) === 0; })[0];
    if (town && place.length > town.length + 1) place = place.slice(town.length);
    return place !== text && (place === one.name || place === one.bare);
  }

  /* Words of which each is in a row, or a row's name within a whole sentence. */
  function within(row, one, text, parts) {
    if (parts.length > 1 && parts.every(function (part) { return (one.name + " " + one.more).indexOf(part) >= 0; })) return 58;
    if (!row[3] || text.length < 4) return 0;
    var called = /^villages/.test(row[1]) ? [one.bare] : [one.bare].concat(one.more.split(" "));
    return called.some(function (word) { return word.length > 1 && text.indexOf(word) >= 0; }) ? 52 : 0;
  }

  /* How well a row fits what was typed: 0 is not at all. */
  function score(row, text, latin, parts) {
    var one = known(row), name = one.name, bare = one.bare;
    if (name === text || bare === text) return 100;
    if (text.length > 5 && one.page === text) return 96;
    if (row[3] && addressed(one, text)) return 95;
    if (name.indexOf(text) === 0) return 90;
    if (latin && row[3]) {
      var full = row[3], part = full.replace(/(cun|shequ|zhen|xiang)$/, "");
      if (full === latin || part === latin) return 88;
      if (row[4] === latin || row[4].slice(0, -1) === latin) return 84;
      if (full.indexOf(latin) === 0) return 80;
      if (row[4].indexOf(latin) === 0) return 74;
      if (latin.length > 2 && full.indexOf(latin) > 0) return 60;
      if (latin.length > 3 && (near(part, latin) || near(full, latin))) return 50;
    }
    if (one.more.split(" ").indexOf(text) >= 0) return 72;
    if (name.indexOf(text) > 0) return 70;
    if (one.more.indexOf(text) >= 0) return 55;
    if (text.length > 1 && (near(bare, text) || near(name, text))) return 45;
    return within(row, one, text, parts);
  }

  function find(all, typed) {
    var text = joined(typed), latin = /^[\x20-\x7eüÜ\u00c0-\u024f]+$/.test(typed) ? folded(typed) : "";
    if (!text) return [];
    var words = [text].concat(SAME[text] || []), parts = plain(typed).trim().split(/\s+/), found = [], place = 0;
    Object.keys(all).forEach(function (kind, order) {
      all[kind].forEach(function (row) {
        var best = Math.max.apply(null, words.map(function (word, n) { return score(row, word, n ? "" : latin, n ? [] : parts) - n; }));
        var fit = best;
        if (kind === "本站" ? best === 72 : kind === "村" && best >= 70 && best !== 72) best += 12;
        place += 1;
        if (best > 0) found.push({ kind: kind, row: row, fit: fit, score: best, order: order, place: place });
      });
    });
    return found.sort(function (a, b) { return b.score - a.score || a.order - b.order || a.place - b.place; });
  }

  function link(hit) {
    var a = document.createElement("a"), small = document.createElement("small");
    a.href = ROOT + hit.row[1];
    a.textContent = hit.row[0];
    small.textContent = hit.kind + (hit.kind === "村" && hit.row[2] ? " · " + hit.row[2] : "");
    a.appendChild(small);
    return a;
  }

  /* Below the field on the home page: the first few while one types. */
  function suggest(form) {
    var field = form.querySelector("[name=q]"), box = document.createElement("div"), list = box.appendChild(document.createElement("ul"));
    var said = box.appendChild(document.createElement("p"));
    box.className = "hits"; said.className = "wide2"; said.setAttribute("role", "status");
    list.hidden = true;
    form.parentNode.insertBefore(box, form.nextSibling);
    field.addEventListener("focus", function () { names(function () {}); });
    field.addEventListener("input", function () {
      names(function (all) {
        var hits = find(all, field.value).slice(0, SHOWN);
        list.textContent = "";
        hits.forEach(function (hit) { list.appendChild(document.createElement("li")).appendChild(link(hit)); });
        list.hidden = !hits.length;
        said.textContent = field.value ? (hits.length ? hits.length + " 条" : "没有找到") : "";
      });
    });
    form.addEventListener("keydown", function (event) { if (event.key === "Escape") list.hidden = true; });
    form.addEventListener("submit", function (event) {
      if (!window.gongshiNames) return;
      var hits = find(window.gongshiNames, field.value), whole = hits.filter(function (hit) { return hit.fit >= 95; });
      var only = hits.length === 1 ? hits[0] : whole.length === 1 && whole[0]; /* of two that are called so nobody is led to one */
      if (only) { event.preventDefault(); location.href = ROOT + only.row[1]; }
    });
  }

  /* The page of results: by kind, with how many there are. */
  function results(box) {
    var form = document.querySelector("form[role=search]"), field = form.querySelector("[name=q]"), only = "";
    field.value = new URLSearchParams(location.search).get("q") || "";

    function draw() {
      if (!field.value.trim()) { box.textContent = ""; return; }
      names(function (all) {
        var hits = find(all, field.value), counts = {};
        hits.forEach(function (hit) { counts[hit.kind] = (counts[hit.kind] || 0) + 1; });
        if (only && !counts[only]) only = "";
        box.textContent = "";
        var told = box.appendChild(document.createElement("p"));
        told.setAttribute("role", "status");
        told.textContent = hits.length ? "找到 " + hits.length + " 条。" : "没有找到“" + field.value.trim() + "”。换一个说法，或者只写一两个字试试。";
        if (Object.keys(counts).length > 1) {
          var facet = box.appendChild(document.createElement("p"));
          facet.className = "facet";
          [""].concat(Object.keys(counts)).forEach(function (kind) {
            var made = facet.appendChild(document.createElement("button"));
            made.type = "button";
            made.textContent = (kind || "全部") + " " + (kind ? counts[kind] : hits.length);
            made.setAttribute("aria-pressed", String(kind === only));
            made.addEventListener("click", function () { only = kind; draw(); });
          });
        }
        hits.filter(function (hit) { return !only || hit.kind === only; }).slice(0, 60).forEach(function (hit) {
          var one = box.appendChild(document.createElement("article")), head = one.appendChild(document.createElement("h2"));
          one.className = "hit";
          var a = head.appendChild(document.createElement("a"));
          a.href = ROOT + hit.row[1];
          a.textContent = hit.row[0];
          var more = one.appendChild(document.createElement("p"));
          more.className = "sm";
          more.textContent = hit.kind + (hit.row[2] ? " · " + hit.row[2] : "") + (hit.score <= 50 ? " · 写法相近" : "");
        });
      });
      try { history.replaceState(null, "", location.pathname + "?q=" + encodeURIComponent(field.value.trim())); } catch (_) { /* from a folder */ }
    }

    form.addEventListener("submit", function (event) { event.preventDefault(); draw(); });
    field.addEventListener("input", draw);
    draw();
  }

  window.gongshiSearch = { names: names, find: find };
  var box = document.getElementById("gs-results");
  if (box) results(box);
  else document.querySelectorAll("form[role=search]").forEach(suggest);
})();
