/* Filters over tables that are complete without this script. The choice is kept in the address. */
(function () {
  "use strict";

  function value(row, name) {
    var cell = row.querySelector("[data-" + name + "]");
    return cell ? cell.getAttribute("data-" + name) || cell.textContent.trim() : "";
  }

  function amount(yuan) {
    var parts = (yuan / 10000).toFixed(2).split(".");
    return parts[0].replace(/\B(?=(\d{3})+$)/g, ",") + "." + parts[1];
  }

  function start(form) {
    var name = form.getAttribute("data-filter");
    var body = document.querySelector('[data-rows="' + name + '"]');
    var count = document.querySelector('[data-count="' + name + '"]');
    var whole = count.innerHTML;
    var rows = Array.prototype.slice.call(body.rows);
    var fields = Array.prototype.slice.call(form.elements).filter(function (field) { return field.name; });

    function apply() {
      var chosen = fields.filter(function (field) { return field.value.trim(); });
      var shown = 0, sum = 0;
      rows.forEach(function (row) {
        var keep = chosen.every(function (field) {
          var wanted = field.value.trim();
          if (field.name === "text") return (row.cells[0].textContent + row.cells[0].innerHTML).indexOf(wanted) >= 0;
          return value(row, field.name) === wanted;
        });
        row.hidden = !keep;
        if (keep) { shown += 1; sum += Number(row.getAttribute("data-sum")); }
      });
      if (!chosen.length) count.innerHTML = whole;
      else count.textContent = "筛选出 " + shown + " 个，共 " + rows.length + " 个" +
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

  document.querySelectorAll("form[data-filter]").forEach(start);
})();
