package reading

import "strings"

// cjkDigits and cjkUnits are Chinese numerals.
var cjkDigits = map[string]float64{
	"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}

var cjkUnits = map[string]float64{"十": 10, "百": 100, "千": 1e3, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}

// counters follow a number of things. Without one a numeral may be part of a word: 三角形.
const counters = "个個只隻条條张張位名辆輛件朵本棵头頭匹度岁歲块塊元米种種层層座台把颗顆枚人つ匹枚本"

// chineseNumber reads Chinese numerals from token i on: those that count, and those that are all of the answer.
func (r *numbers) chineseNumber(i int) (f found, to int, ok bool) {
	d := r.doc
	total, section, digit := 0.0, 0.0, 0.0
	begins := i == 0 || !isNumeral(d.is(i-1))
	for to = i; isNumeral(d.is(to)) && (to == i || d.glued(to)); to++ {
		value, is := cjkDigits[d.is(to)]
		unit := cjkUnits[d.is(to)]
		switch {
		case is:
			digit = value
		case unit >= 1e4:
			total, section, digit = total+max(section+digit, 1)*unit, 0, 0
		default:
			if digit == 0 {
				digit = 1
			}
			section, digit = section+digit*unit, 0
		}
	}
	counted := to < len(d.tok) && d.glued(to) && strings.Contains(counters, d.is(to))
	switch whole := i == 0 && d.ends(to) && to >= len(d.tok)-1; {
	case to == i || !begins || !counted && !whole:
		return f, i, false
	case d.is(i-1) == "第":
		return found{at: i, skip: note{i - 1, to, "is an ordinal"}}, to, true
	case runs(d, i, to):
		return found{at: i, why: note{i, to, "is no number that is read"}}, to, true
	}
	return found{at: i, value: total + section + digit}, to, true
}

// runs reports whether digits follow each other without a unit: 二零二四.
func runs(d *doc, i, to int) bool {
	for i++; i < to; i++ {
		_, one := cjkDigits[d.is(i-1)]
		_, other := cjkDigits[d.is(i)]
		if one && other && d.is(i-1) != "零" && d.is(i-1) != "〇" {
			return true
		}
	}
	return false
}

func isNumeral(s string) bool {
	_, is := cjkDigits[s]
	return is || cjkUnits[s] > 0
}
