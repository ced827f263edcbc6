# What doxygen reads of a header: the project's clauses in forms that it knows.
#
# Outside backticks `<` stands for itself, not for markup; an @example is code.

function end_example() {
  if (in_example) print indent "/// @endcode"
  in_example = 0
}

function escaped(line,    parts, n, i, result) {
  # Doxygen ends the first sentence at a dot in backticks too.
  while (match(line, /`\.+`/))
    line = substr(line, 1, RSTART - 1) "\"" substr(line, RSTART + 1, RLENGTH - 2) "\"" \
      substr(line, RSTART + RLENGTH)
  n = split(line, parts, "`")
  for (i = 1; i <= n; i++) {
    if (i % 2) gsub(/</, "\\<", parts[i])
    result = result (i > 1 ? "`" : "") parts[i]
  }
  return result
}

# A base that is found from a call operator: doxygen takes it for a class derived from itself.
/^struct / { sub(/ : [a-z_]+<decltype\(&F::operator\(\)\)>/, "") }

!/^ *\/\/\/( |$)/ { end_example(); print; next }

{
  match($0, /^ */)
  indent = substr($0, 1, RLENGTH)
  text = substr($0, RLENGTH + 5)
}
text ~ /^@/ { end_example() }
text ~ /^@example / {
  in_example = 1
  sub(/^@example +/, "", text)
  print indent "/// @par Example"
  print indent "/// @code{.cpp}"
  print indent "/// " text
  next
}
in_example {
  sub(/^         /, "", text)
  print indent "/// " text
  next
}
{ print indent "///" (text == "" ? "" : " " escaped(text)) }
