/* Charts of tables on the same page, drawn as SVG. The table is the source: what a filter hides is not drawn. */
(function () {
  "use strict";

  var INK = "#1d2a2c", COLOURS = ["#2b6870", "#d9822b", "#6b8e23", "#7a5195", "#174a78", "#a13d10", "#5c696c", "#b58900"];

  function number(cell) {
    var exact = cell.querySelector("data");
    var text = exact ? String(Number(exact.value) / 10000) : cell.textContent.replace(/,/g, "");
    return isFinite(parseFloat(text)) ? parseFloat(text) : null;
  }

  function rows(table) {
    return Array.prototype.filter.call(table.tBodies[0].rows, function (row) { return !row.hidden; });
  }

  /* One bar for each row and each numeric column; columns marked data-series, if there are any, else those in 万元. */
  function bar(table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    var marked = heads.filter(function (head) { return head.hasAttribute("data-series"); });
    var series = marked.length ? marked : heads.filter(function (head) { return /万元/.test(head.textContent); });
    var lines = rows(table);
    return {
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      legend: { type: "scroll", top: 4, textStyle: { color: INK } },
      tooltip: { trigger: "axis", confine: true },
      xAxis: { type: "category", data: lines.map(function (row) { return row.cells[0].textContent; }), axisLabel: { color: INK, interval: 0, rotate: lines.length > 8 ? 45 : 0 } },
      yAxis: { type: "value", axisLabel: { color: INK } },
      series: series.map(function (head) {
        return { type: "bar", name: head.textContent, data: lines.map(function (row) { return number(row.cells[head.cellIndex]); }) };
      })
    };
  }

  /* Source, programme, township and, when few are left, project; names are made different by their step. */
  function sankey(table) {
    var lines = rows(table), few = lines.length <= 25, sums = {}, nodes = {};
    lines.forEach(function (row) {
      var amount = number(row.cells[4]), way = [row.cells[1], row.cells[2], row.cells[3]].map(function (cell, step) {
        return step + cell.textContent;
      });
      if (few) way.push("3" + row.cells[0].textContent);
      if (!amount) return;
      way.forEach(function (name, step) {
        nodes[name] = true;
        if (step) {
          var key = way[step - 1] + "\n" + name;
          sums[key] = (sums[key] || 0) + amount;
        }
      });
    });
    function bare(name) { return name.slice(1); }
    return {
      tooltip: {
        confine: true,
        formatter: function (item) {
          var box = document.createElement("div"), data = item.data;
          box.textContent = (data.source ? bare(data.source) + " → " + bare(data.target) : bare(item.name)) + "：" + item.value.toFixed(2) + " 万元";
          return box;
        }
      },
      series: [{
        type: "sankey", left: 4, right: few ? 200 : 90, top: 8, bottom: 8, nodeGap: 6, emphasis: { focus: "adjacency" },
        data: Object.keys(nodes).map(function (name) { return { name: name }; }),
        links: Object.keys(sums).map(function (key) {
          var ends = key.split("\n");
          return { source: ends[0], target: ends[1], value: Math.round(sums[key] * 100) / 100 };
        }),
        lineStyle: { color: "gradient", opacity: 0.35 },
        label: { color: INK, formatter: function (item) { return bare(item.name); } }
      }]
    };
  }

  var KINDS = { bar: bar, sankey: sankey };

  function start(figure) {
    var table = document.getElementById(figure.getAttribute("data-table"));
    if (!table || !rows(table).length) return;
    figure.hidden = false;
    var chart = window.echarts.init(figure, null, { renderer: "svg" });
    function draw() {
      var option = KINDS[figure.getAttribute("data-chart")](table);
      option.animation = false;
      option.color = COLOURS;
      chart.setOption(option, true);
    }
    draw();
    document.addEventListener("gongshi:filtered", draw);
    window.addEventListener("resize", function () { chart.resize(); });
    window.addEventListener("beforeprint", function () { chart.resize(); });
  }

  if (window.echarts) document.querySelectorAll("figure[data-chart]").forEach(start);
})();
