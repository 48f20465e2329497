package reading

import (
	"fmt"
	"strings"
	"testing"
)

// readers are all of them, as functions of an answer alone.
var readers = map[string]func(string){
	"number":     func(s string) { _, _ = Number(s, NumberOptions{}) },
	"numbers":    func(s string) { _, _ = Numbers(s, NumberOptions{Comma: true}) },
	"choice":     func(s string) { _, _ = Choice(s, lettered("red", "green", "blue", "yellow")) },
	"numeric":    func(s string) { _, _ = Choice(s, lettered("1", "10", "100")) },
	"yes_no":     func(s string) { _, _ = YesNo(s) },
	"score":      func(s string) { _, _ = Score(s, ScoreOptions{Scale: Scale{1, 5}, Rescale: true}) },
	"preference": func(s string) { _, _ = Preference(s, [2][]string{}) },
	"names":      func(s string) { _, _ = Preference(s, [2][]string{{"left"}, {"right"}}) },
	"json":       func(s string) { _, _, _ = JSON(s) },
	"fold":       func(s string) { _ = Fold(s) },
	"words":      func(s string) { _ = Words(s) },
	"refused":    func(s string) { _ = Refused(s) },
}

// texts are what answers of a size may be made of.
var texts = map[string]string{
	"prose":    "There is a small red circle in the upper left corner, and 3 of the other 12 shapes are not blue. ",
	"digits":   "9",
	"answers":  "The answer is not B. ",
	"letters":  "A B ",
	"brackets": "[x {y ",
	"nested":   "[",
	"objects":  `{"a": [1, 2], "b": "c"} `,
	"tags":     `<answer>\boxed{`,
	"marks":    "**~~`$_",
	"chinese":  "图中有一个红色的圆形，答案是B。",
	"options":  "A) red B) green C) blue D) yellow\n",
	"numbers":  "one two three-4/5 1,2,3 10:30 - ",
	"negation": "not no never without red ",
	"lines":    "1. -\n",
	"dollars":  "$a $b\\frac{1}{",
	"fences":   "```json\n{\"a\":1}\n```\n",
	"yes":      "yes no and or ",
	"quotes":   "\"'\"yes\"' ",
	"marks2":   "※（",
}

// The time of each reader grows with the answer: at most 12 times from one size
// to the next.
func BenchmarkReaders(b *testing.B) {
	for name, read := range readers {
		for what, text := range texts {
			for _, size := range []int{10_000, 100_000, 1_000_000} {
				answer := strings.Repeat(text, size/len(text)+1)
				b.Run(fmt.Sprintf("%s/%s/%d", name, what, size), func(b *testing.B) {
					b.SetBytes(int64(len(answer)))
					for b.Loop() {
						read(answer)
					}
				})
			}
		}
	}
}
