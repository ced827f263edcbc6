# Reads headers and collects what the comments of their public members say, for operator_pages.awk.
#
# Result: forms 1..forms, one for each commented declaration, in the order of the headers:
#   name_of[f] file_of[f] class_of[f] text_of[f]   what it is and what it does
#   signature_of[f]                                declarations, one per line
#   clauses_of[f]                                  how many; clause_of[f, i] and body_of[f, i]
# and problems[1..wrong], with file and line.

function problem(text) { problems[++wrong] = FILENAME ":" FNR ": " text }

function trim(s) {
  sub(/^[ \t]+/, "", s)
  sub(/[ \t]+$/, "", s)
  return s
}

function count(s, what) { return gsub(what, "", s) }

# Makes the lines of a comment a form of `name`.
function take_comment(name,    i, line, kind, rest, n) {
  forms++
  name_of[forms] = name
  file_of[forms] = FILENAME
  class_of[forms] = class
  n = 0
  for (i = 1; i <= lines; i++) {
    line = comment[i]
    # A clause may follow the first sentence on the same line.
    if (line !~ /^@/ && match(line, /\. @throws /)) {
      rest = substr(line, RSTART + 2)
      line = substr(line, 1, RSTART)
      comment[i] = rest
      i--
    }
    if (line ~ /^@/) {
      match(line, /^@[a-z]+ */)
      kind = trim(substr(line, 2, RLENGTH - 1))
      rest = substr(line, RLENGTH + 1)
      clause_of[forms, ++n] = kind
      body_of[forms, n] = rest
      margin = RLENGTH
    } else if (n == 0) {
      text_of[forms] = text_of[forms] (text_of[forms] == "" ? "" : " ") trim(line)
    } else if (clause_of[forms, n] == "example") {
      rest = substr(line, 1, margin) ~ /^ *$/ ? substr(line, margin + 1) : trim(line)
      body_of[forms, n] = body_of[forms, n] "\n" rest
    } else {
      body_of[forms, n] = body_of[forms, n] " " trim(line)
    }
  }
  clauses_of[forms] = n
}

function is_internal(    i) {
  for (i = 1; i <= lines; i++)
    if (comment[i] ~ /^@internal/) return 1
  return 0
}

# The declaration as a reader wants it: no body, no constraint, names that a class abbreviates.
function simplified(    s, head, alias) {
  s = declared
  sub(/ requires .*$/, "", s)
  gsub(/\[\[nodiscard\]\] /, "", s)
  gsub(/ +/, " ", s)
  gsub(/foreach \(/, "foreach(", s)
  for (alias in aliases) gsub("<" alias ">", "<" aliases[alias] ">", s)
  for (alias in aliases) {
    if (s ~ "^" alias " ") sub("^" alias " ", aliases[alias] " ", s)
    gsub("\\(" alias " ", "(" aliases[alias] " ", s)
    gsub(", " alias " ", ", " aliases[alias] " ", s)
  }
  head = template_head
  gsub(/ +/, " ", head)
  return (head == "" ? "" : head "\n") trim(s) ";"
}

# The end of a declaration: hands it to its comment, or to the one of the declaration before.
function declaration_ends(    name) {
  name = declared
  sub(/ ?\(.*$/, "", name)
  sub(/^.*[ *&]/, "", name)
  if (declared !~ /\(/ || name == class || name ~ /^~|^operator/) {
    # A constructor, an assignment or a variable.
  } else if (lines && is_internal()) {
    # Not for users.
  } else if (lines) {
    take_comment(name)
    signature_of[forms] = simplified()
  } else if (forms && name_of[forms] == name && file_of[forms] == FILENAME) {
    signature_of[forms] = signature_of[forms] "\n" simplified()
  } else if (!lists_members()) {
    problem(name " has no comment; say what it does, or @internal")
  }
  lines = 0
  declared = template_head = ""
}

# Classes that are documented as a whole, on one page.
function lists_members() { return class == "state" || class == "state_spec_of" }

function reset() {
  class = ""
  open_region = depth = lines = 0
  declared = template_head = ""
  split("", aliases)
}

FNR == 1 { reset() }

# Between declarations: comments, access, the start of a declaration.
/^ *\/\/\/ / || /^ *\/\/\/$/ {
  if (!depth && declared == "") {
    rest = $0
    sub(/^ *\/\/\/ ?/, "", rest)
    comment[++lines] = rest
    if (template_head != "" && class != "") problem("a comment stands between template and name")
  }
  next
}
/^ *\/\// {
  # The inputs of a context are what stands between these two.
  if ($0 ~ /^  \/\/ Inputs\.$/) open_region = 1
  if ($0 ~ /^  \/\/ Life\.$/) open_region = 0
  next
}
/^#/ || /^namespace / { lines = 0; next }

# The one operator that is no member.
class == "" && /^auto state_spec\(/ {
  class = ""
  declared = $0
  sub(/ *\{$/, "", declared)
  declaration_ends()
  next
}
class == "" && /^class [a-z_]+.*\{$/ {
  class = $2
  access = "private"
  split("", aliases)
  if (class == "state" || class == "state_spec_of") {
    take_comment(class)
    signature_of[forms] = template_head "\nclass " class ";"
  }
  lines = 0
  declared = template_head = ""
  next
}
class == "" && /^template / { template_head = $0; next }
class == "" { if ($0 !~ /^  /) { lines = 0; template_head = "" } next }

/^\};/ { class = ""; lines = 0; next }
/^ (public|protected|private):/ { access = trim($0); sub(/:/, "", access); lines = 0; next }

# Inside a body.
depth {
  depth += count($0, "[{]") - count($0, "[}]")
  next
}
access != "public" || (FILENAME ~ /streaming_context/ && !open_region) {
  if (/^  using / && / = /) note_alias($0)
  lines = 0
  next
}
/^$/ { if (declared == "") lines = 0; next }
/^  using |^  friend |^  static constexpr / { if (/ = /) note_alias($0); lines = 0; next }

# A declaration, which may take several lines.
{
  line = trim($0)
  if (declared == "" && line ~ /^template </) { template_head = line; next }
  if (in_requires || (declared == "" && line ~ /^requires/)) {
    in_requires = (parens += count(line, "[(]") - count(line, "[)]")) > 0
    if (!in_requires) parens = 0
    next
  }
  declared = declared (declared == "" ? "" : " ") line
  level = 0
  ended = 0
  for (i = 1; i <= length(declared); i++) {
    letter = substr(declared, i, 1)
    if (letter == "(") level++
    if (letter == ")") level--
    if (level == 0 && (letter == "{" || letter == ";" || (letter == ":" && substr(declared, i, 2) == ": "))) {
      ended = 1
      break
    }
  }
  if (!ended) next
  rest = substr(declared, i)
  declared = trim(substr(declared, 1, i - 1))
  depth = count(rest, "[{]") - count(rest, "[}]")
  declaration_ends()
}

function note_alias(line,    parts) {
  sub(/^ *using /, "", line)
  sub(/;$/, "", line)
  split(line, parts, " = ")
  if (parts[1] != "base" && parts[1] ~ /^[a-z_]+$/) aliases[parts[1]] = parts[2]
}
