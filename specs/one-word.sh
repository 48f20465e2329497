# A judge for the check `command`: passes an answer of one word.
if grep -q '"answer":"[a-z]*"'; then
	echo '{"pass": true}'
else
	echo '{"pass": false, "reason": "more than one word"}'
fi
