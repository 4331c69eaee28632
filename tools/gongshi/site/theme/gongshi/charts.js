/* Charts of tables on the same page, drawn as SVG. The table is the source: what a filter hides is not drawn. */
(function () {
  "use strict";

  var INK = "#1d2a2c", QUIET = "#5c696c", NEUTRAL = "#8fa5a9", REST = "#cfdcde";
  var COLOURS = ["#2b6870", "#d9822b", "#6b8e23", "#7a5195", "#174a78", "#a13d10", "#b58900", "#5c696c", "#3f7f93"];
  var NARROW = 600, A4 = 680;

  function array(list) { return Array.prototype.slice.call(list); }

  function number(cell) {
    var exact = cell.querySelector("data");
    var value = exact ? Number(exact.value) / 10000 : parseFloat(cell.textContent.replace(/,/g, ""));
    return isFinite(value) ? value : null;
  }

  function rows(table) { return array(table.tBodies[0].rows).filter(function (row) { return !row.hidden; }); }

  function heads(table, mark) {
    return array(table.tHead.rows[0].cells).filter(function (head) { return head.hasAttribute(mark); });
  }

  function text(value) {
    var parts = value.toFixed(2).split(".");
    return parts[0].replace(/\B(?=(\d{3})+$)/g, ",") + "." + parts[1];
  }

  /* A tooltip is made of text, never of markup: names come from the records. */
  function tip(write) {
    return function (item) {
      var box = document.createElement("div");
      box.textContent = write(Array.isArray(item) ? item[0] : item);
      return box;
    };
  }

  function lying(names, series, narrow) {
    return {
      grid: { left: 8, right: narrow ? 56 : 72, top: series.length > 1 ? 34 : 8, bottom: 8, containLabel: true },
      legend: series.length > 1 ? { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: INK, fontSize: 13 } } : { show: false },
      xAxis: { type: "value", axisLabel: { color: QUIET, hideOverlap: true }, splitLine: { lineStyle: { color: "#e4ebec" } }, splitNumber: narrow ? 3 : 5 },
      yAxis: {
        type: "category", inverse: true, data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: REST } },
        axisLabel: { color: INK, fontSize: narrow ? 12 : 13, lineHeight: 13, interval: 0, width: narrow ? 110 : 220, overflow: "break" }
      },
      series: series
    };
  }

  /* One bar for each row, of the column marked data-series; a line where data-line says. */
  function bar(table, figure, narrow) {
    var head = heads(table, "data-series")[0], line = figure.getAttribute("data-line");
    var lines = rows(table).filter(function (row) { return !row.hasAttribute("data-plain") && number(row.cells[head.cellIndex]) !== null; });
    var series = {
      type: "bar", name: head.textContent, barWidth: 14, itemStyle: { color: COLOURS[0] },
      label: { show: true, position: "right", color: INK, formatter: function (item) { return lines[item.dataIndex].cells[head.cellIndex].textContent.trim(); } },
      data: lines.map(function (row) { return number(row.cells[head.cellIndex]); })
    };
    if (line) series.markLine = {
      silent: true, symbol: "none", data: [{ xAxis: Number(line) }], lineStyle: { color: "#a13d10", type: "solid" },
      label: { show: false }
    };
    var option = lying(lines.map(function (row) { return row.cells[0].textContent.trim(); }), [series], narrow);
    return { option: option, height: lines.length * (narrow ? 32 : 26) + 44 };
  }

  /* For each row what is paid, and the rest of the whole; rows too small to be seen are one bar together. */
  function money(table, figure, narrow) {
    var whole = heads(table, "data-whole")[0].cellIndex, part = heads(table, "data-part")[0].cellIndex;
    var lines = rows(table).map(function (row) {
      return { name: row.cells[0].textContent.trim(), whole: number(row.cells[whole]) || 0, part: number(row.cells[part]) || 0 };
    });
    var total = lines.reduce(function (sum, line) { return sum + line.whole; }, 0);
    var small = lines.filter(function (line) { return line.whole < total / 50; });
    if (small.length > 1) {
      lines = lines.filter(function (line) { return small.indexOf(line) < 0; });
      lines.push(small.reduce(function (sum, line) {
        return { name: sum.name, whole: sum.whole + line.whole, part: sum.part + line.part };
      }, { name: "其他 " + small.length + " 个来源", whole: 0, part: 0 }));
    }
    var shades = ["#2b6870", "#a9c6ca"];
    var series = ["已支付", "还没支付"].map(function (name, place) {
      return {
        type: "bar", stack: "all", name: name, barWidth: 26, itemStyle: { color: shades[place] },
        data: lines.map(function (line) { return place ? Math.max(0, line.whole - line.part) : line.part; }),
        label: place ? { show: true, position: "right", color: INK, formatter: function (item) { return text(lines[item.dataIndex].whole); } } : { show: false }
      };
    });
    var option = lying(lines.map(function (line) { return line.name; }), series, narrow);
    option.tooltip = { confine: true, formatter: tip(function (item) { return item.name + " " + item.seriesName + "：" + text(item.value) + " 万元"; }) };
    return { option: option, height: lines.length * 56 + 76 };
  }

  /* Source, programme, township and, where something is chosen, project. A node is a step and a name. */
  function sankey(table, figure, narrow) {
    var all = table.tBodies[0].rows.length, lines = rows(table), chosen = lines.length < all;
    var columns = ["data-source", "data-programme", "data-township"].map(function (mark) { return "[" + mark + "]"; });
    var amount = heads(table, "data-whole")[0].cellIndex, sums = {}, nodes = {}, sizes = [{}, {}, {}, {}];
    var big = lines.slice(0, 18);
    lines.forEach(function (row) {
      var value = number(row.cells[amount]);
      var way = columns.map(function (cell, step) { return step + row.querySelector(cell).textContent.trim(); });
      if (chosen && !narrow) way.push("3" + (big.indexOf(row) >= 0 || lines.length < 20 ? row.cells[0].textContent.trim() : "其他 " + (lines.length - big.length) + " 条去向"));
      if (!value) return;
      way.forEach(function (name, step) {
        nodes[name] = sizes[step][name] = true;
        if (step) sums[way[step - 1] + "\n" + name] = (sums[way[step - 1] + "\n" + name] || 0) + value;
      });
    });
    var most = Math.max.apply(null, sizes.map(function (step) { return Object.keys(step).length; }));
    var sources = Object.keys(sizes[0]);
    function bare(name) { return name.slice(1); }
    var option = {
      tooltip: { confine: true, formatter: tip(function (item) {
        var data = item.data, what = data.source ? bare(data.source) + " → " + bare(data.target) : bare(item.name);
        return what + "：" + text(item.value) + " 万元";
      }) },
      series: [{
        type: "sankey", left: 2, right: chosen && !narrow ? 250 : narrow ? 66 : 96, top: 10, bottom: 10,
        nodeGap: 17, nodeWidth: narrow ? 9 : 14, draggable: false, emphasis: { focus: "adjacency" },
        data: Object.keys(nodes).map(function (name) {
          return { name: name, itemStyle: { color: name[0] === "0" ? COLOURS[sources.indexOf(name) % COLOURS.length] : NEUTRAL } };
        }),
        links: Object.keys(sums).map(function (key) {
          var ends = key.split("\n");
          return { source: ends[0], target: ends[1], value: Math.round(sums[key] * 100) / 100 };
        }),
        lineStyle: { color: "source", opacity: 0.3, curveness: 0.5 },
        label: { color: INK, fontSize: narrow ? 11 : 13, formatter: function (item) { return bare(item.name); } }
      }]
    };
    return { option: option, height: Math.max(narrow ? 380 : 420, most * 26 + 160), chosen: function (item) { choose(table, item.name); } };
  }

  /* A node of the flow sets the filter; a project opens its page. */
  function choose(table, name) {
    var row = array(table.tBodies[0].rows).filter(function (row) { return row.cells[0].textContent.trim() === name.slice(1); })[0];
    if (name[0] === "3") { if (row) location.href = row.querySelector("a").href; return; }
    var field = document.querySelector('form[data-filter] [name="' + ["source", "programme", "township"][name[0]] + '"]');
    field.value = field.value === name.slice(1) ? "" : name.slice(1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  var KINDS = { bar: bar, money: money, sankey: sankey };

  function start(figure) {
    var table = document.getElementById(figure.getAttribute("data-table"));
    if (!table || !rows(table).length) return;
    figure.hidden = false;
    var chart = window.echarts.init(figure, null, { renderer: "svg" }), made;
    function draw(width) {
      made = KINDS[figure.getAttribute("data-chart")](table, figure, (width || figure.clientWidth) < NARROW);
      figure.style.height = made.height + "px";
      chart.clear();
      chart.resize({ width: width || "auto", height: made.height });
      chart.setOption(Object.assign(made.option, { animation: false, color: COLOURS }));
      chart.getZr().flush();
    }
    draw();
    chart.on("click", function (item) { if (made.chosen && item.dataType === "node") made.chosen(item); });
    document.addEventListener("gongshi:filtered", function () { draw(); });
    var seen = figure.clientWidth;
    window.addEventListener("resize", function () { if (figure.clientWidth !== seen) { seen = figure.clientWidth; draw(); } });
    window.addEventListener("beforeprint", function () { draw(Math.min(A4, figure.clientWidth)); });
    window.addEventListener("afterprint", function () { draw(); });
  }

  if (window.echarts) document.querySelectorAll("figure[data-chart]").forEach(start);
})();
