// 改: the grid. What was typed lies here until it is stored; every cell is judged by the desk, nothing is kept in the browser.
"use strict";
(() => {
  const box = document.getElementById("grid");
  const at = (id) => document.getElementById(id);
  const place = { table: box.dataset.table, township: box.dataset.township };
  const pending = new Map(); // cell → {key, field, was, text}
  const flaws = new Map(), found = new Map(); // cell → sentences
  const steps = []; // each takes one step back
  const added = new Map(), struck = new Set(); // rows that are not there yet, by what stands for their number; rows to be struck out
  let columns = [], names = {}, fixed = [], byId = new Map(), nodes = new Map(), grid = null, asked = 0, busy = false;
  const MOST = 2000; // rows that one paste adds
  const id = (row, field) => `${row}\n${field}`;
  const columnOf = (name) => columns.find((one) => one.name === name);
  const count = (number) => number.toLocaleString("zh-CN");
  const element = (name, text, kind) => Object.assign(document.createElement(name), { textContent: text, className: kind || "" });

  const ask = async (path, body) => {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...place, ...body }) });
    if (!answer.ok) throw new Error(answer.status === 403 ? "工作台重新打开过了，这一页连不上。请从新的窗口打开，改的要重填。" : "没有取到，请再试一次。");
    return answer.json();
  };
  const say = (text, good) => {
    const box = at("outcome");
    box.hidden = !text;
    box.className = `note ${good ? "good" : "bad"}`;
    box.replaceChildren(element("p", text || ""));
  };

  // Cells: how they look. A row that is out of view keeps its nodes, so all that were ever painted are remembered
  const content = (value) => {
    const both = element("span", value === null ? "不显示" : value);
    if (names[value]) both.append(element("small", names[value]));
    return both;
  };
  const dress = (node, row, column) => {
    const where = id(row.__id, column.name), wrong = flaws.get(where) || [], known = found.get(where) || [];
    const kinds = {
      fixed: column.fixed && !row.__new, fresh: row.__new, struck: struck.has(row.__id), number: column.number, veiled: row[column.name] === null, changed: pending.has(where),
      flawed: wrong.length > 0 || known.some((one) => one[0] === "错误"), doubted: known.length > 0,
    };
    for (const [kind, on] of Object.entries(kinds)) node.classList.toggle(kind, Boolean(on));
    node.title = [...wrong, ...known.map((one) => one[1])].join("；");
  };
  const first = (cell) => {
    const column = columnOf(cell.getField()), row = cell.getData(), node = cell.getElement();
    nodes.set(id(row.__id, column.name), node);
    dress(node, row, column);
    return content(row.__new && column.fixed && !row[column.name] ? "新" : row[column.name]);
  };
  const paint = (row, column) => {
    const node = nodes.get(id(row.__id, column.name));
    dress(node, row, column);
    node.replaceChildren(content(row.__new && column.fixed && !row[column.name] ? "新" : row[column.name]));
  };
  const again = (cells) => {
    for (const where of cells) {
      const [row, field] = where.split("\n");
      if (nodes.has(where) && byId.has(row)) paint(byId.get(row).getData(), columnOf(field));
    }
    tell();
  };

  const editor = (cell, ready, _, cancel) => {
    const column = columnOf(cell.getField()), data = cell.getData();
    const field = document.createElement(column.words.length ? "select" : "input");
    for (const word of column.words.length ? new Set(["", ...column.words, data[column.name]]) : []) field.append(new Option(word, word));
    field.value = data[column.name];
    field.setAttribute("aria-label", `${data.__id} ${column.title}`);
    field.dataset.cell = "1";
    let over = false;
    const leave = (keep) => {
      if (over) return;
      over = true;
      cancel();
      paint(data, column);
      if (keep) set([[data.__id, column.name, field.value]], true);
    };
    ready(() => { field.focus({ preventScroll: true }); if (field.select) field.select(); });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") { event.stopPropagation(); leave(false); box.querySelector(".tabulator-tableholder").focus(); }
      if (event.key === "Enter" && !event.ctrlKey) { event.preventDefault(); event.stopPropagation(); leave(true); move(1, 0); }
      if (event.key === "Tab") { event.preventDefault(); event.stopPropagation(); leave(true); move(0, event.shiftKey ? -1 : 1); }
      if (event.key.startsWith("Arrow")) event.stopPropagation();
    });
    field.addEventListener("blur", () => leave(true));
    return field;
  };

  // What was typed
  const set = (changes, step) => {
    const before = [];
    for (const [row, field, text] of changes) {
      const data = byId.get(row)?.getData();
      if (!data || data[field] === null || data[field] === text) continue;
      before.push([row, field, data[field]]);
      note(data, field, data[field], text);
      data[field] = text;
    }
    if (!before.length) return 0;
    if (step) steps.push(() => set(before, false));
    again(before.map(([row, field]) => id(row, field)));
    later();
    return before.length;
  };
  const note = (data, field, old, text) => {
    if (data.__new) return flaws.delete(id(data.__id, field));
    const where = id(data.__id, field), known = pending.get(where);
    const was = known ? known.was : old;
    if (was === text) pending.delete(where);
    else pending.set(where, { key: fixed.map((name) => data[name]), row: data.__id, field, was, text });
    flaws.delete(where);
  };
  const later = () => { clearTimeout(asked); asked = setTimeout(check, 250); tell(); };
  const cells = () => [...pending.values()].map((one) => [one.key, one.field, one.was, one.text]);
  const learn = (told) => {
    const cells = [...flaws.keys(), ...told.map(([key, field]) => id(key, field))];
    flaws.clear();
    for (const [key, field, message] of told) flaws.set(id(key, field), [...(flaws.get(id(key, field)) || []), message]);
    again(cells);
  };
  const born = () => [...added.values()].map((row) => [row.__id, Object.fromEntries(columns.map((one) => [one.name, row[one.name]]))]).filter(([, row]) => Object.values(row).some(Boolean));
  const gone = () => [...struck].map((row) => fixed.map((name) => byId.get(row).getData()[name]));
  const stood = (row, name) => pending.get(id(row, name))?.was ?? byId.get(row).getData()[name];
  const looked = () => [...struck].map((row) => [fixed.map((name) => byId.get(row).getData()[name]), Object.fromEntries(columns.map((one) => [one.name, stood(row, one.name)]))]);
  const all = () => ({ looked: looked(), edits: cells().filter(([key]) => !struck.has(key.join("/"))), more: born(), less: gone() });
  const waits = () => pending.size + born().length + struck.size;
  const check = async () => {
    const sent = all();
    if (!sent.edits.length && !sent.more.length) return learn([]);
    try {
      const answer = await ask("/edit/check", sent);
      if (JSON.stringify(sent) === JSON.stringify(all())) learn(answer.flaws);
    } catch (error) { say(error.message); }
  };

  const save = async () => {
    if (!waits() || busy) return;
    busy = true;
    at("save").disabled = true;
    try {
      const answer = await ask("/edit/save", all());
      if (answer.error) {
        say(answer.error);
        if (answer.flaws.some(([, , message]) => message.includes("别人"))) await anew();
        learn(answer.flaws);
        next();
      } else {
        pending.clear(); flaws.clear(); added.clear(); struck.clear(); steps.length = 0;
        say(`已存好：${answer.told}。要撤销，到“今天”。送审以后县里才看得到。`, true);
        await load();
        findings();
      }
    } catch (error) { say(error.message); }
    busy = false;
    tell();
  };
  // Somebody else wrote meanwhile: what was typed stays, laid over what is there now
  const anew = async () => {
    const typed = [...pending.values()], more = [...added.values()];
    pending.clear(); steps.length = 0;
    await load();
    for (const row of more) await grid.addRow(row).then((made) => byId.set(row.__id, made));
    for (const row of [...struck]) if (!byId.has(row)) struck.delete(row);
    set(typed.map((one) => [one.row, one.field, one.text]), false);
  };

  const undo = () => { steps.pop()?.(); later(); };
  const reset = () => {
    const before = [...pending.values()].map((one) => [one.row, one.field, one.was]);
    for (const row of [...added.keys()]) unmake(row);
    const rows = [...struck];
    struck.clear();
    rows.forEach(whole);
    set(before, false);
    steps.length = 0;
    later();
  };

  // Rows: new ones below the last, one struck out where one stands
  let numbered = 0;
  const whole = (row) => { if (byId.has(row)) for (const one of columns) if (nodes.has(id(row, one.name))) paint(byId.get(row).getData(), one); };
  const make = async (stand) => {
    if (rowsNow().length < grid.getDataCount()) { grid.clearHeaderFilter(); }
    const row = { __id: `新${(numbered += 1)}`, __new: true, ...Object.fromEntries(columns.map((one) => [one.name, ""])) };
    added.set(row.__id, row);
    const made = await grid.addRow(row);
    added.set(row.__id, made.getData());
    byId.set(row.__id, made);
    if (stand) { steps.push(() => unmake(row.__id)); await go(made, columns[0].name); tell(); }
    return made;
  };
  const unmake = (row) => {
    byId.get(row)?.delete();
    byId.delete(row); added.delete(row);
    for (const one of columns) flaws.delete(id(row, one.name));
  };
  const strike = () => {
    const rows = [...new Set(grid.getRanges()[0]?.getRows() || [])].map((row) => row.getData().__id);
    if (!rows.length) return say("先点一行，再删去。");
    const flip = () => { for (const row of rows) { if (added.has(row)) continue; if (!struck.delete(row)) struck.add(row); whole(row); } };
    flip();
    for (const row of rows) if (added.has(row)) unmake(row);
    steps.push(flip);
    later();
  };

  // Where one is
  const here = () => grid?.getRanges?.()[0]?.getCells()[0]?.[0];
  const rowsNow = () => grid.getRows("active");
  const move = (down, right) => {
    const cell = here();
    if (!cell) return;
    const rows = rowsNow(), row = rows[rows.indexOf(cell.getRow()) + down], fields = columns.map((one) => one.name);
    const field = fields[fields.indexOf(cell.getField()) + right];
    if (row && field) go(row, field);
  };
  const go = (row, field) => {
    const cell = row.getCell(field);
    const stand = () => {
      for (const old of grid.getRanges()) if (grid.getRanges().length > 1) old.remove();
      grid.getRanges()[0]?.setBounds(cell, cell);
      box.querySelector(".tabulator-tableholder").focus({ preventScroll: true });
      about();
    };
    grid.scrollToColumn(field, "middle", false); // its promise never ends where nothing had to move
    return grid.scrollToRow(row, "nearest", false).catch(() => {}).then(stand);
  };
  const next = () => {
    const bad = new Set([...flaws.keys(), ...found.keys()]);
    const cell = here(), rows = rowsNow(), from = cell ? rows.indexOf(cell.getRow()) : -1;
    const order = columns.map((one) => one.name);
    const places = [];
    rows.forEach((row, index) => order.forEach((field, column) => { if (bad.has(id(row.getData().__id, field))) places.push([index, column, row, field]); }));
    if (!places.length) return;
    const column = cell ? order.indexOf(cell.getField()) : -1;
    const [, , row, field] = places.find(([r, c]) => r > from || (r === from && c > column)) || places[0];
    go(row, field);
  };
  const about = () => {
    const cell = here();
    if (!cell) return;
    const column = columnOf(cell.getField()), value = cell.getData()[column.name];
    const where = id(cell.getData().__id, column.name), changed = pending.get(where);
    const node = at("about");
    node.replaceChildren(element("b", `${cell.getData().__id} · ${column.title}`));
    const told = [...(flaws.get(where) || []), ...(found.get(where) || []).map((one) => `${one[0]}：${one[1]}`)];
    const rest = told.length ? told.join("；") : column.fixed && !cell.getData().__new ? "编号，不能改" : value === null ? "像有个人信息，不显示，也不能在这里改" : column.wanted;
    node.append(changed ? `　${changed.was || "空"} → ${changed.text || "空"}` : "", `　${rest}`, names[value] ? `　${names[value]}` : "");
  };

  // What stands below and above
  const tell = () => {
    if (!grid) return;
    const shown = rowsNow().length, every = grid.getDataCount();
    const line = at("tally");
    const marks = [[pending.size, "cool", `◥ 改过 ${count(pending.size)} 格`], [flaws.size, "bad", `✕ 填错 ${count(flaws.size)} 格`]];
    line.replaceChildren(element("span", `${box.dataset.where} ${count(every)} 条${shown < every ? `，筛出 ${count(shown)} 条` : ""}`));
    for (const [number, kind, text] of marks) if (number) line.append(element("span", text, `tag ${kind}`));
    if (shown < every) {
      const clear = element("button", "去掉筛选", "btn plain");
      clear.type = "button";
      clear.addEventListener("click", () => { grid.clearHeaderFilter(); tell(); });
      line.append(clear);
    }
    const rows = born().length, done = [];
    if (pending.size) done.push(`改了 ${count(pending.size)} 格`);
    if (rows) done.push(`添了 ${count(rows)} 行`);
    if (struck.size) done.push(`要删 ${count(struck.size)} 行`);
    at("pending").textContent = done.length ? `${done.join("，")}，还没存。` : "还没有改。";
    at("wrong").textContent = flaws.size ? `有 ${count(flaws.size)} 格填错了，改好才能存。` : "";
    at("save").disabled = !done.length || flaws.size > 0 || busy;
    at("save").firstChild.textContent = "存好 ";
    at("reset").disabled = !done.length && !added.size;
    at("back").disabled = !steps.length;
    about();
  };
  const problems = (list, done) => {
    const node = at("problems");
    if (!list.length) return node.replaceChildren(element("p", "✓ 没有问题。"));
    const lines = element("ul", "", "find-list");
    for (const [key, field, severity, message] of list.slice(0, 30)) {
      const line = document.createElement("li"), button = element("button", `${key}`, "btn plain");
      button.type = "button";
      button.addEventListener("click", () => { const row = byId.get(key); if (row) go(row, columns.some((one) => one.name === field) ? field : columns[0].name); });
      line.append(element("span", severity, `tag ${severity === "错误" ? "bad" : "warm"}`), button, message);
      lines.append(line);
    }
    if (!done) lines.append(element("li", "正在检查全部记录，要几秒钟。", "quiet"));
    node.replaceChildren(lines, ...(list.length > 30 ? [element("p", `还有 ${count(list.length - 30)} 处，按 F8 一处一处看。`, "tip")] : []));
  };
  const findings = async () => {
    try {
      const answer = await ask("/edit/findings", {});
      if (!answer.done) setTimeout(findings, 1500);
      if (!answer.done && !answer.said.length) return;
      if (answer.error) return at("problems").replaceChildren(element("p", `没有检查成：${answer.error}`, "err"));
      const before = [...found.keys()];
      found.clear();
      const here = [...answer.said, ...answer.found].filter(([key]) => byId.has(key));
      for (const [key, field, severity, message] of here) {
        const where = id(key, columns.some((one) => one.name === field) ? field : columns[0].name);
        found.set(where, [...(found.get(where) || []), [severity, message]]);
      }
      again([...before, ...found.keys()]);
      problems(here, answer.done);
    } catch (error) { say(error.message); }
  };

  // From Excel and back
  const table = (text) => {
    const rows = [[""]];
    let quoted = false;
    for (let i = 0; i < text.length; i++) {
      const char = text[i], row = rows[rows.length - 1], last = row.length - 1;
      if (quoted && char === '"' && text[i + 1] === '"') { row[last] += '"'; i++; }
      else if (quoted && char === '"') quoted = false;
      else if (quoted) row[last] += char;
      else if (char === '"' && row[last] === "") quoted = true;
      else if (char === "\t") row.push("");
      else if (char === "\n") rows.push([""]);
      else if (char !== "\r") row[last] += char;
    }
    if (rows[rows.length - 1].join("") === "") rows.pop();
    return rows;
  };
  const paste = async (text) => {
    const pasted = table(text), first = here(), order = columns.map((one) => one.name);
    if (!first || !pasted.length) return;
    let rows = rowsNow();
    const top = rows.indexOf(first.getRow()), left = order.indexOf(first.getField());
    const range = grid.getRanges()[0].getCells();
    const fill = pasted.length === 1 && pasted[0].length === 1 ? range.map((line) => line.map(() => pasted[0][0])) : pasted;
    const changes = [], more = top + fill.length - rows.length;
    let lost = 0;
    if (more > 0 && more <= MOST && rows.length === grid.getDataCount()) {
      const made = [];
      for (let i = 0; i < more; i++) made.push((await make(false)).getData().__id);
      steps.push(() => made.forEach(unmake));
      rows = rowsNow();
    }
    fill.forEach((line, down) => line.forEach((text, right) => {
      const row = rows[top + down], column = columns[left + right];
      const now = row && column ? row.getData()[column.name] : null;
      const locked = column?.fixed && !row?.getData().__new;
      const kept = now !== null && locked ? now === text.trim() : now !== null;
      if (!kept) lost += 1;
      else if (!locked) changes.push([row.getData().__id, column.name, text.trim()]);
    }));
    const taken = set(changes, true);
    say(`粘贴了 ${count(taken)} 格。${lost ? `${count(lost)} 格没有贴上：超出了表，或是编号、不显示的格子。` : ""}`, !lost);
  };
  const copied = () => grid.getRanges()[0].getCells().map((line) => line.map((cell) => cell.getData()[cell.getField()] ?? "").join("\t")).join("\n");

  const inside = (event) => grid && box.contains(event.target) && !event.target.dataset.cell && !event.target.closest("input, select");
  document.addEventListener("paste", (event) => { if (inside(event)) { event.preventDefault(); paste(event.clipboardData.getData("text/plain")); } });
  document.addEventListener("copy", (event) => { if (inside(event)) { event.preventDefault(); event.clipboardData.setData("text/plain", copied()); } });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !grid) return;
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "s") { event.preventDefault(); document.activeElement?.dataset?.cell && document.activeElement.blur(); save(); }
    else if (event.key === "F8") { event.preventDefault(); next(); }
    else if (!inside(event)) return;
    else if (control && (event.key === "+" || event.key === "=")) { event.preventDefault(); make(true); }
    else if (control && event.key === "-") { event.preventDefault(); strike(); }
    else if (control && event.key.toLowerCase() === "z") { event.preventDefault(); undo(); }
    else if (event.key === "F2" || event.key === "Enter") { event.preventDefault(); event.stopPropagation(); here()?.edit(); }
    else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      set(grid.getRanges()[0].getCells().flat().filter((cell) => open(cell)).map((cell) => [cell.getData().__id, cell.getField(), ""]), true);
    } else if (event.key.length === 1 && !control && !event.altKey && open(here())) {
      event.preventDefault();
      here().edit();
      const field = document.activeElement;
      if (field?.dataset?.cell && field.tagName === "INPUT") { field.value = event.key; field.setSelectionRange(1, 1); }
    }
  }, true);
  const open = (cell) => cell && (!columnOf(cell.getField()).fixed || cell.getData().__new) && !struck.has(cell.getData().__id) && cell.getData()[cell.getField()] !== null;

  const load = async () => {
    const answer = await ask("/edit/rows", {});
    columns = answer.columns;
    names = answer.names;
    fixed = columns.filter((one) => one.fixed).map((one) => one.name);
    const rows = answer.rows.map((row) => {
      const data = Object.fromEntries(columns.map((one, place) => [one.name, row[place]]));
      return { ...data, __id: fixed.map((name) => data[name]).join("/") };
    });
    if (answer.more || answer.held) say(`${answer.more ? `只列了前 ${count(rows.length)} 条，还有 ${count(answer.more)} 条。` : ""}${answer.held ? `${count(answer.held)} 条的编号像有个人信息，没有列出。` : ""}`);
    nodes.clear();
    if (grid) await grid.replaceData(rows);
    else await build(rows);
    byId = new Map(grid.getRows().map((row) => [row.getData().__id, row]));
  };
  const matches = (typed, value, data, { field }) => {
    const text = `${value ?? ""} ${names[value] ?? ""}`;
    return typed.split("|").some((one) => (one.trim() === "空" ? value === "" : text.includes(one.trim())));
  };
  const build = (rows) => new Promise((ready) => {
    grid = new Tabulator(box, {
      data: rows, index: "__id", nestedFieldSeparator: false, layout: "fitData", placeholder: "没有记录。", renderHorizontal: "virtual",
      selectableRange: 1, selectableRangeColumns: false, selectableRangeRows: false, selectableRangeClearCells: false, editTriggerEvent: "dblclick",
      columnDefaults: { headerSort: true, resizable: "header", titleFormatter: "plaintext" },
      columns: columns.map((one, place) => ({
        title: one.title, field: one.name, frozen: place === 0, formatter: first, editor, editable: open, headerHozAlign: "left", minWidth: 84, maxInitialWidth: 260,
        sorter: one.number ? "number" : (a, b) => (a ?? "").localeCompare(b ?? "", "zh-CN"),
        headerFilter: "input", headerFilterFunc: matches, headerFilterFuncParams: { field: one.name }, headerFilterPlaceholder: "筛",
        headerFilterParams: { elementAttributes: { "aria-label": `只看 ${one.title}` } },
      })),
    });
    grid.on("dataFiltered", () => setTimeout(tell));
    grid.on("rangeChanged", about);
    grid.on("tableBuilt", () => {
      // what scrolls is focused, so it is the group of rows; the layer within says nothing to a reader
      box.removeAttribute("aria-owns");
      box.setAttribute("aria-label", "表格");
      box.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
      box.querySelector(".tabulator-table").setAttribute("role", "presentation");
      tell();
      ready();
    });
  });

  // Tabulator filters on keys; an input method or a paste brings none
  box.addEventListener("input", (event) => { if (event.target.closest(".tabulator-header-filter")) event.target.dispatchEvent(new KeyboardEvent("keyup")); });
  at("save").addEventListener("click", save);
  at("more").addEventListener("click", () => make(true));
  at("less").addEventListener("click", strike);
  at("back").addEventListener("click", undo);
  at("reset").addEventListener("click", reset);
  for (const one of document.querySelectorAll("[data-go]")) one.addEventListener("change", () => one.form.requestSubmit());
  addEventListener("beforeunload", (event) => { if (grid && waits()) event.preventDefault(); });
  const arrive = () => { const row = byId.get(box.dataset.at); if (row) go(row, columns[0].name); findings(); };
  load().then(arrive, (error) => { at("tally").textContent = error.message; });
})();
