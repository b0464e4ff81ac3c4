// Searches titles by the pairs of characters in search/*.js; those are scripts, because a page that was opened from
// a disk cannot read other files. Nothing typed here is sent anywhere.
"use strict";
(function () {
  var SHARDS = 256, CHUNK = 256, PAGE = 50;
  var pairs = {}, titles = {}, loading = {};
  var form = document.querySelector("form"), box = form.querySelector("input");
  var list = document.querySelector("ol"), note = document.querySelector("#note"), more = document.querySelector("#more");
  var turn = 0;

  window.newsmirror = {
    pairs: function (number, content) { pairs[number] = content; },
    titles: function (number, content) { titles[number] = content; }
  };

  function load(name) {
    if (!loading[name]) {
      loading[name] = new Promise(function (done, failed) {
        var script = document.createElement("script");
        script.src = "search/" + name + ".js";
        script.onload = done;
        script.onerror = failed;
        document.head.appendChild(script);
      });
    }
    return loading[name];
  }

  function normal(text) { return text.normalize("NFKC").toLowerCase(); }

  function pairsOf(text) {
    var found = [];
    for (var i = 0; i + 1 < text.length; i++) {
      var pair = text.slice(i, i + 2);
      if (/^[\p{L}\p{N}]{2}$/u.test(pair) && found.indexOf(pair) < 0) { found.push(pair); }
    }
    return found;
  }

  function numbersOf(pair) {
    var steps = (pairs[shardOf(pair)] || {})[pair] || [], last = 0;
    return steps.map(function (step) { last += step; return last; });
  }

  function shardOf(pair) { return (pair.charCodeAt(0) * 31 + pair.charCodeAt(1)) % SHARDS; }

  function candidates(wanted) {
    var lists = wanted.map(numbersOf).sort(function (a, b) { return a.length - b.length; });
    return lists.slice(1).reduce(function (kept, other) {
      var there = new Set(other);
      return kept.filter(function (number) { return there.has(number); });
    }, lists[0]).reverse();
  }

  async function show(words, numbers, start, mine) {
    var shown = 0, position = start;
    more.hidden = true;
    for (; position < numbers.length && shown < PAGE; position++) {
      var number = numbers[position], chunk = Math.floor(number / CHUNK);
      await load("titles-" + chunk);
      if (mine !== turn) { return; }
      var entry = titles[chunk][number % CHUNK], title = normal(entry[0]);
      if (words.every(function (word) { return title.indexOf(word) >= 0; })) { add(entry); shown++; }
    }
    note.textContent = list.children.length ? "" : note.dataset.none;
    more.hidden = position >= numbers.length;
    more.onclick = function () { show(words, numbers, position, mine); };
  }

  function add(entry) {
    var item = document.createElement("li"), link = document.createElement("a");
    link.href = entry[1].split("/").map(encodeURIComponent).join("/");
    link.textContent = entry[0];
    item.append(entry[2] + " ", link);
    list.appendChild(item);
  }

  async function search() {
    var mine = ++turn, words = normal(box.value).split(/\s+/).filter(Boolean);
    var wanted = words.map(pairsOf).flat();
    list.textContent = "";
    more.hidden = true;
    history.replaceState(null, "", words.length ? "#" + encodeURIComponent(box.value.trim()) : location.pathname);
    if (!wanted.length) { note.textContent = words.length ? note.dataset.short : ""; return; }
    try {
      note.textContent = "…";
      await Promise.all(wanted.map(function (pair) { return load("pairs-" + shardOf(pair)); }));
      if (mine === turn) { await show(words, candidates(wanted), 0, mine); }
    } catch (error) {
      note.textContent = note.dataset.failed;
    }
  }

  form.addEventListener("submit", function (event) { event.preventDefault(); search(); });
  document.querySelector("#search").hidden = false;
  if (location.hash.length > 1) { box.value = decodeURIComponent(location.hash.slice(1)); search(); }
})();
