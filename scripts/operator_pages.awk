# Writes the pages of what operator_comments.awk has read; see operator_pages.sh.

function family_table(    line, parts) {
  while ((getline line < families) > 0) {
    split(line, parts, "|")
    family_of[parts[1]] = parts[2]
    kind_of[parts[1]] = parts[3]
    if (!(parts[2] in family_known)) {
      family_known[parts[2]] = 1
      family[++family_count] = parts[2]
    }
  }
}

function page_of(f) {
  if (class_of[f] == "state") return "state"
  if (class_of[f] == "state_spec_of") return "state_spec"
  return name_of[f]
}

function is_member(f) {
  return (class_of[f] == "state" || class_of[f] == "state_spec_of") && name_of[f] != class_of[f]
}

function clause(f, kind,    i) {
  for (i = 1; i <= clauses_of[f]; i++)
    if (clause_of[f, i] == kind) return body_of[f, i]
  return ""
}

# What has the operator: streams, rdds or both.
function on(f,    kind) {
  kind = kind_of[file_of[f]]
  if (kind == "context") return clause(f, "shape") ~ /-> rdd/ ? "rdds" : "streams"
  return kind == "state" ? "streams" : kind
}

# Text as Markdown: names of operators link to their pages, nothing outside backticks is markup.
function prose(s, page,    parts, n, i, text, result) {
  n = split(s, parts, "`")
  result = ""
  for (i = 1; i <= n; i++) {
    text = parts[i]
    if (i % 2) {
      gsub(/</, "\\<", text)
      gsub(/\*/, "\\*", text)
    } else if (text in has_page && text != page) {
      text = "[`" text "`](" text ".md)"
    } else {
      text = "`" text "`"
    }
    gsub(/\|/, "\\|", text)
    result = result text
  }
  return result
}

function spark_name(f,    s) {
  s = clause(f, "source")
  sub(/; differs: .*$/, "", s)
  return s == "none in Spark" ? "" : substr(s, 7)
}

function differences(f,    s) {
  s = clause(f, "source")
  return s ~ /; differs: / ? substr(s, index(s, "; differs: ") + 11) : ""
}

function clause_table(f, page,    i, kind, body, label, file, rows) {
  file = out "/" page ".md"
  rows = 0
  for (i = 1; i <= clauses_of[f]; i++) {
    kind = clause_of[f, i]
    body = body_of[f, i]
    if (kind == "example") continue
    if (!rows++) print "\n| clause | |\n|---|---|" > file
    if (kind == "param" || kind == "tparam") {
      match(body, /^[a-z_A-Z]+ */)
      label = "`" trim(substr(body, 1, RLENGTH)) "`"
      body = substr(body, RLENGTH + 1)
    } else if (kind == "source") {
      if (spark_name(f) != "")
        printf "| in Spark | `%s` |\n", spark_name(f) > file
      else
        print "| in Spark | none |" > file
      if (differences(f) != "") printf "| differs | %s |\n", prose(differences(f), page) > file
      continue
    } else {
      label = kind
    }
    printf "| %s | %s |\n", label, prose(body, page) > file
  }
}

function signature(f, page) {
  printf "\n```cpp\n%s\n```\n", signature_of[f] > (out "/" page ".md")
}

function example(f, page) {
  if (clause(f, "example") == "") return
  printf "\nExample:\n\n```cpp\n%s\n```\n", clause(f, "example") > (out "/" page ".md")
}

# One form after another; those that streams and rdds have apart come under headings of their own.
function write_page(page,    file, f, first, apart, before, i, path, members) {
  file = out "/" page ".md"
  print "<!-- Written by scripts/operator_pages.sh from the comments in the headers. -->" > file
  printf "\n# %s\n", page > file
  first = apart = members = 0
  for (f = 1; f <= forms; f++)
    if (page_of(f) == page && !is_member(f)) {
      if (!first) first = f
      else if (on(f) != on(first)) apart = 1
    }
  before = 0
  for (f = 1; f <= forms; f++) {
    if (page_of(f) != page || is_member(f)) continue
    path = file_of[f]
    if (apart && (!before || on(f) != on(before))) printf "\n## On %s\n", on(f) > file
    if (text_of[f] != "")
      printf "\n%s\n", prose(text_of[f], page) > file
    else
      print "\nAnother form, with what is different:" > file
    if (!before || file_of[before] != path)
      printf "\n%sDeclared in [%s](../../%s).\n", (apart ? "" : "On " on_all(f) ". "), \
        substr(path, index(path, "/sluice/") + 1), path > file
    signature(f, page)
    clause_table(f, page)
    example(f, page)
    before = f
  }
  for (f = 1; f <= forms; f++) {
    if (page_of(f) != page || !is_member(f)) continue
    if (!members++) print "\n## Members" > file
    printf "\n### %s\n\n%s\n", name_of[f], prose(text_of[f], page) > file
    signature(f, page)
    clause_table(f, page)
  }
  close(file)
}

function on_all(f) {
  return on(f) == "streams, rdds" ? "streams and rdds" : on(f)
}

function write_table(    file, i, f, told, row) {
  file = out "/README.md"
  print "<!-- Written by scripts/operator_pages.sh from the comments in the headers. -->" > file
  print "\n# Operators\n" > file
  print "Each page says what an operator computes, in the same clauses. `shape` is what goes in and\n" \
    "comes out, where `Stream` stands for `dstream` or `rdd`, and `owned T` is `T` with its own memory, such\n" \
    "as `std::string` for `std::string_view`. `emits` is what the output holds, and its order; `empty` what\n" \
    "becomes of a batch without records. `throws` is refused while the stream is built; `fails` is what\n" \
    "happens when a function throws later. A stream can have no batch at a time at all, for instance\n" \
    "between the slides of a window: it is then absent, which everywhere counts as empty.\n" > file
  print "The examples use `lines`, a `dstream<std::string_view>`; `words` and `more_words`,\n" \
    "`dstream<std::string>`; `numbers`, `dstream<int>`; `sales` and `refunds`,\n" \
    "`dstream<std::pair<std::string, double>>`; `names` and `others`, `rdd<std::string>`; `sizes`,\n" \
    "`rdd<int>`; `ages`, `rdd<std::pair<std::string, int>>`; `ssc`, a `streaming_context`." > file
  for (i = 1; i <= family_count; i++) {
    printf "\n## %s\n\n| Spark | sluice | on | differences |\n|---|---|---|---|\n", family[i] > file
    for (f = 1; f <= forms; f++) {
      if (family_of[file_of[f]] != family[i] || is_member(f) || clause(f, "source") == "") continue
      row = page_of(f) SUBSEP file_of[f]
      if (row in told) continue
      told[row] = 1
      printf "| %s | [`%s`](%s.md) | %s | %s |\n", \
        (spark_name(f) == "" ? "none" : "`" spark_name(f) "`"), page_of(f), page_of(f), on_all(f), \
        prose(differences(f), "") > file
    }
  }
  close(file)
}

# The first form of an operator in a header has every clause; what follows may say only the rest.
function check_forms(    f, key, full, i, n, needed) {
  for (f = 1; f <= forms; f++) {
    if (is_member(f)) {
      if (text_of[f] == "") lacks(f, "a sentence that says what it does")
      continue
    }
    if (name_of[f] == "state_spec_of") continue
    if (clause(f, "source") != "" && clause(f, "source") !~ /^(Spark [A-Za-z.]+|none in Spark)(; differs: .+)?$/)
      lacks(f, "an @source of the form \"Spark name; differs: ...\" or \"none in Spark\"")
    key = page_of(f) SUBSEP file_of[f]
    if (key in full) continue
    full[key] = 1
    if (text_of[f] == "") lacks(f, "a sentence that says what it does")
    n = split(kind_of[file_of[f]] == "state" ? "source example" : "shape emits empty fails source example", needed, " ")
    for (i = 1; i <= n; i++)
      if (clause(f, needed[i]) == "") lacks(f, "@" needed[i])
  }
}

function lacks(f, what) { problems[++wrong] = file_of[f] ": " name_of[f] " lacks " what }

function print_examples(    f, i, n, code) {
  print "// Every example of docs/operators/. Written by scripts/operator_pages.sh --examples."
  print "#include \"example_context.hpp\"\n\nstruct examples : example_context {"
  for (f = 1; f <= forms; f++) {
    if (clause(f, "example") == "") continue
    printf "  void %s_%d() {\n", page_of(f), f
    n = split(clause(f, "example"), code, "\n")
    for (i = 1; i <= n; i++) print "    " code[i]
    print "  }"
  }
  print "};"
}

END {
  family_table()
  for (f = 1; f <= forms; f++) has_page[page_of(f)] = 1
  check_forms()
  if (wrong) {
    for (i = 1; i <= wrong; i++) print problems[i] > "/dev/stderr"
    print "operator_pages: " wrong " comments in the headers are not complete" > "/dev/stderr"
    exit 1
  }
  if (mode == "examples") {
    print_examples()
    exit 0
  }
  for (page in has_page) write_page(page)
  write_table()
}
