/* Checks the text of a village sheet's QR code against the commitments, in this browser and nowhere else.
   SHA-256 is written out here (FIPS 180-4) because a page opened from a folder has no crypto.subtle. */
(function () {
  "use strict";

  var K = [], H = [];
  (function () {
    function part(x) { return Math.floor((x - Math.floor(x)) * 4294967296); }
    for (var n = 2; K.length < 64; n += 1) {
      var prime = true;
      for (var d = 2; d * d <= n; d += 1) if (n % d === 0) { prime = false; break; }
      if (!prime) continue;
      if (H.length < 8) H.push(part(Math.sqrt(n)));
      K.push(part(Math.cbrt(n)));
    }
  })();

  function turn(x, n) { return (x >>> n) | (x << (32 - n)); }

  function sha256(text) {
    var bytes = new TextEncoder().encode(text);
    var size = ((bytes.length + 8 >> 6) + 1) * 16, words = new Uint32Array(size), hash = H.slice(), w = new Uint32Array(64);
    bytes.forEach(function (byte, i) { words[i >> 2] |= byte << (24 - i % 4 * 8); });
    words[bytes.length >> 2] |= 0x80 << (24 - bytes.length % 4 * 8);
    words[size - 2] = Math.floor(bytes.length / 536870912);
    words[size - 1] = bytes.length << 3;
    for (var start = 0; start < size; start += 16) {
      for (var i = 0; i < 64; i += 1) {
        if (i < 16) { w[i] = words[start + i]; continue; }
        var a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >>> 3) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ b >>> 10);
      }
      var s = hash.slice();
      for (i = 0; i < 64; i += 1) {
        var one = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + (s[4] & s[5] ^ ~s[4] & s[6]) + K[i] + w[i] | 0;
        var two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + (s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]) | 0;
        s = [one + two | 0, s[0], s[1], s[2], s[3] + one | 0, s[4], s[5], s[6]];
      }
      for (i = 0; i < 8; i += 1) hash[i] = hash[i] + s[i] | 0;
    }
    return hash.map(function (word) { return ("00000000" + (word >>> 0).toString(16)).slice(-8); }).join("");
  }

  var HEAD = /^公示榜1;(G[0-9]{4}-[0-9]{5});([0-9]{1,4})\/([0-9]{1,4});([0-9a-f]{32});([^;|]*);/;

  /* What the text says, or null if it is no such text. White space does not count. */
  function read(text) {
    var bare = text.replace(/[\s\u200b\ufeff]+/g, ""), match = HEAD.exec(bare);
    if (!match || bare.slice(-1) !== ";") return null;
    return {
      notice: match[1], page: Number(match[2]), pages: Number(match[3]), category: match[5], hash: sha256(bare),
      rows: bare.slice(match[0].length).split(";").slice(0, -1).map(function (row) { return row.split("|"); })
    };
  }

  /* [whether it is true, the sentence that says so] */
  function judge(proof, known) {
    if (!proof) return [false, "这不是公示榜二维码里的文字，请重新扫描，把整段文字都粘贴进来。"];
    var notice = Object.prototype.hasOwnProperty.call(known, proof.notice) && known[proof.notice];
    if (!notice) return [false, "本站没有公示 " + proof.notice + " 的承诺。可能已撤回，也可能这张公示榜是假的，请打电话核实。"];
    if (notice.pages[proof.page - 1] !== proof.hash)
      return [false, "对不上：这一页的内容与公示时承诺的不同，被改过，或没有粘贴完整。请重新扫描；仍对不上的，请反映。"];
    return [true, "对得上：这是“" + notice.title + "”第 " + proof.page + " 页（共 " + proof.pages + " 页），与公示时承诺的一字不差。请再把下面的名单同纸上逐行对照。"];
  }

  function show(text) {
    var box = document.getElementById("gs-verdict"), proof = read(text);
    var verdict = judge(proof, window.gongshiCommitments || {});
    box.textContent = "";
    var line = document.createElement("p");
    line.className = "gs-verdict gs-verdict--" + (verdict[0] ? "yes" : "no");
    line.textContent = verdict[1];
    box.appendChild(line);
    if (!verdict[0]) return;
    var frame = document.createElement("div"), table = frame.appendChild(document.createElement("table"));
    frame.className = "gs-frame gs-frame--narrow";
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", "这一页的名单");
    table.className = "gs-table";
    var head = table.createTHead().insertRow();
    ["序号", "户主", "村民小组", "家庭人口", "补助项目", "金额（元）"].slice(0, (proof.rows[0] || []).length).forEach(function (title) {
      var cell = head.appendChild(document.createElement("th"));
      cell.scope = "col";
      cell.textContent = title;
    });
    var body = table.createTBody();
    proof.rows.forEach(function (row) {
      var line = body.insertRow();
      row.forEach(function (value) { line.insertCell().textContent = value; });
    });
    table.createCaption().textContent = proof.category;
    box.appendChild(frame);
  }

  /* The decoder is large: it is loaded when the first photo is chosen. */
  function decoder() {
    if (window.jsQR) return Promise.resolve();
    return new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = document.getElementById("gs-verify").getAttribute("data-decoder");
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
  }

  /* The picture's pixels, no longer than `most` on a side, seen at `turn` degrees. */
  function pixels(image, most, turn) {
    var scale = Math.min(1, most / Math.max(image.width, image.height)), angle = turn * Math.PI / 180;
    var width = Math.round(image.width * scale), height = Math.round(image.height * scale);
    var side = turn ? Math.ceil(Math.hypot(width, height)) : 0;
    var canvas = document.createElement("canvas");
    canvas.width = side || width;
    canvas.height = side || height;
    var pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate(angle);
    pen.drawImage(image, -width / 2, -height / 2, width, height);
    return pen.getImageData(0, 0, canvas.width, canvas.height);
  }

  /* Dense codes are found best at about five points a module, and at one angle when not at another: the picture is tried
     at several sizes and turns, one after the other so that the page stays alive. */
  function decode(image) {
    var tries = [];
    [600, 900, 1300, 1800].forEach(function (most) {
      if (most > 600 && Math.max(image.width, image.height) * 1.5 < most) return;
      [0, 8, -8, 20, -20].forEach(function (turn) { tries.push([most, turn]); });
    });
    return new Promise(function (done) {
      (function next() {
        if (!tries.length) { done(""); return; }
        var one = tries.shift(), data = pixels(image, one[0], one[1]);
        var found = window.jsQR(data.data, data.width, data.height, { inversionAttempts: "dontInvert" });
        if (found && found.binaryData.length) done(new TextDecoder("utf-8").decode(new Uint8Array(found.binaryData)));
        else setTimeout(next);
      })();
    });
  }

  function native(image) {
    if (!("BarcodeDetector" in window)) return Promise.resolve("");
    return Promise.resolve().then(function () {
      return new window.BarcodeDetector({ formats: ["qr_code"] }).detect(image);
    }).then(function (found) { return found.length ? found[0].rawValue : ""; }, function () { return ""; });
  }

  function say(text, kind) {
    var box = document.getElementById("gs-verdict"), line = document.createElement("p");
    box.textContent = "";
    line.className = kind;
    line.textContent = text;
    box.appendChild(line);
  }

  function refuse(text) { say(text, "gs-verdict gs-verdict--no"); }

  function photo(form, field) {
    var area = form.querySelector("textarea");
    field.addEventListener("change", function () {
      if (!field.files.length) return;
      say("正在看照片……", "gs-count");
      createImageBitmap(field.files[0]).then(function (image) {
        return native(image).then(function (text) {
          return read(text) ? text : decoder().then(function () { return decode(image); });
        });
      }).then(function (text) {
        area.value = text;
        if (text) show(text);
        else refuse("照片里没有找到二维码。请把码拍正、拍满、拍清楚再试，也可以扫码后把文字粘贴进来。");
      }, function () { refuse("这个文件不是照片，或浏览器读不了它。请换一张照片，或扫码后把文字粘贴进来。"); });
      field.value = "";
    });
  }

  window.gongshiVerify = { sha256: sha256, read: read, judge: judge };
  var form = document.getElementById("gs-verify");
  if (!form) return;
  form.hidden = false;
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    show(form.querySelector("textarea").value);
  });
  form.querySelectorAll("[data-photo]").forEach(function (field) { photo(form, field); });
})();
