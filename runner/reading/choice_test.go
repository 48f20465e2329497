package reading

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// lettered are options in the order of the alphabet.
func lettered(texts ...string) []Option {
	var out []Option
	for i, text := range texts {
		out = append(out, Option{string(rune('A' + i)), text})
	}
	return out
}

type choiceRow struct{ answer, want string } // "" cannot be read

func testChoices(t *testing.T, options []Option, rows []choiceRow) {
	t.Helper()
	for _, row := range rows {
		got, err := Choice(row.answer, options)
		if got != row.want || (err == nil) != (row.want != "") || err != nil && !errors.As(err, new(Unread)) {
			t.Errorf("%q: %q, %v, want %q", row.answer, got, err, row.want)
		}
	}
}

func TestChoice(t *testing.T) {
	testChoices(t, lettered("red", "green", "blue", "yellow"), []choiceRow{
		{"A不是正确答案", ""},
		{"A错误", ""},
		{"A选项错误", ""},
		{"B是正确的", "B"},
		{"B选项", "B"},
		{"Bです", "B"},
		{"B是正确答案，A不是", "B"},
		{"Answer:\n\n**B**", "B"},
		{"### Answer\nB", "B"},
		{"**Answer**\n\nB. green", "B"},
		{"Options B and C are wrong, so A.", "A"},
		{"A, C, and D are wrong.", ""},
		{"All except B", ""},
		{"The answer is A bit of red", "A"},
		{"It is b.", "B"},
		{"Correct: B", "B"},
		{"ans: B", "B"},
		{"A: B", ""},
		{"Hence, (B).", "B"},
		{"The answer is A. No, B.", ""},
		{"I don't think the answer is B", ""},
		{"The letter B is visible", ""},
		{"选A还是B", ""},
		{"选A或者B", ""},
		{"回答：B", "B"},
		{"B (not A)", "B"},
		{"- B", "B"},
		{"Here are the options:\nA\nB", ""},
		{"A\n\nBecause B is wrong", "A"},
		{"B?", ""},
		{"The answer: A, B, or C?", ""},
		{"Question: A or B? Answer: B", "B"},
		{"Section B shows green", "B"},
		{"red (B)", ""},
		{"Option B: red", ""},
		{"A red, B green", ""},
		{"red-green", ""},
		{"Grade B", ""},
		{"Hepatitis B", ""},
		{"B-52", ""},
		{"1. B", ""},
		{"It looks like red but is green", ""},
		{"B", "B"},
		{"b", "B"},
		{"a", "A"},
		{"A", "A"},
		{"(B)", "B"},
		{"[B]", "B"},
		{"{B}", "B"},
		{"<B>", "B"},
		{"B.", "B"},
		{"B)", "B"},
		{"b) green", "B"},
		{"B: green", "B"},
		{"B - green", "B"},
		{"B-green", "B"},
		{"B. It is green.", "B"},
		{"Ⓑ", "B"},
		{"𝐁", "B"},
		{"Ｂ", "B"},
		{"（Ｂ）", "B"},
		{"【B】", "B"},
		{"「B」", "B"},
		{"“B”", "B"},
		{"'B'", "B"},
		{"**B**", "B"},
		{"__B__", "B"},
		{"_B_", "B"},
		{"***B***.", "B"},
		{"`B`", "B"},
		{"```\nB\n```", "B"},
		{"# B", "B"},
		{"<b>B</b>", "B"},
		{`$B$`, "B"},
		{`\boxed{B}`, "B"},
		{`\boxed{\text{B}}`, "B"},
		{`\(\boxed{B}\)`, "B"},
		{"<answer>B</answer>", "B"},
		{"<ANSWER> (B) green </ANSWER>", "B"},
		{"It could be A. <answer>B</answer>", "B"},
		{"<answer>A</answer> no, <answer>B</answer>", "B"},
		{"<answer></answer>", ""},
		{"<answer>A or B</answer>", ""},
		{`{"answer": "B"}`, "B"},
		{`{"Answer": "green"}`, "B"},
		{`{"reason": "red is absent", "answer": "B"}`, "B"},
		{`"B"`, "B"},
		{`["B"]`, "B"},
		{"```json\n{\"choice\": \"B\"}\n```", "B"},
		{`{"A": 0.1, "B": 0.9}`, ""},
		{"В", ""},
		{"Z", ""},
		{"E", ""},
		{"2", ""},
		{"", ""},
		{" \n", ""},
		{"?", ""},
		{"I", ""},
		{"AB", ""},
		{"BB", ""},
		{"A or B", ""},
		{"A/B", ""},
		{"A, B", ""},
		{"A and B", ""},
		{"A B", ""},
		{"(A) or (B)", ""},
		{"A\nB", ""},
		{"A. red\nB. green\nC. blue\nD. yellow", ""},
		{"both A and B", ""},
		{"ABCD", ""},
		{"A+", ""},
		{"B2", ""},
		{"C++", ""},
		{"The answer is B", "B"},
		{"The answer is (B).", "B"},
		{"the answer is b", "B"},
		{"The answer is a.", "A"},
		{"The answer is: B", "B"},
		{"Answer:B", "B"},
		{"ANSWER - B", "B"},
		{"**Answer:** B", "B"},
		{"**ANSWER: B**", "B"},
		{"Answer: **(B) green**", "B"},
		{"Final Answer: B", "B"},
		{"Final answer\nB", "B"},
		{"The answer is option B.", "B"},
		{"The answer is 'B'.", "B"},
		{"The correct option is B because it is so", "B"},
		{"correct choice: B", "B"},
		{"I choose B", "B"},
		{"I would go with B.", "B"},
		{"My answer is green", "B"},
		{"The answer is green.", "B"},
		{"The answer would be B", "B"},
		{"Answer:\nB", "B"},
		{"Answer: B\n\nExplanation: A is red.", "B"},
		{"The answer is therefore B", "B"},
		{"答案是B", "B"},
		{"答案：B", "B"},
		{"答案为 B。", "B"},
		{"选项B", "B"},
		{"选B", "B"},
		{"我选择B。", "B"},
		{"正确答案是（B）", "B"},
		{"答えはBです", "B"},
		{"정답은 B", "B"},
		{"La respuesta es B.", "B"},
		{"Ответ: B", "B"},
		{"Die Antwort ist B.", "B"},
		{"The answer is not A.", ""},
		{"The answer is not A but B", ""},
		{"The answer is A or B", ""},
		{"The answer is either A or B.", ""},
		{"The answer is B, not A.", "B"},
		{"The answer is A. Wait, actually it is B.", ""},
		{"The answer is A... The answer is B.", "B"},
		{"The answer is a red shape", "A"},
		{"The answer is a bit unclear", ""},
		{"The answer is absent", ""},
		{"The answer is blurry", ""},
		{"The answer is difficult to tell", ""},
		{"Answer: A big object", ""},
		{"Answer: A green car", "B"},
		{"Answer: E", ""},
		{"The answer is B, which shows red", "B"},
		{"The answer is B. red", ""},
		{"B. red", ""},
		{"(B) red", ""},
		{"B red", ""},
		{"The answer is between A and B", ""},
		{"Option B", "B"},
		{"Option B is the best.", "B"},
		{"Option A is wrong, option B fits.", "B"},
		{"Option A is red. Option B is green.", ""},
		{"Options A and B", ""},
		{"B is correct.", "B"},
		{"A is incorrect.", ""},
		{"A is incorrect, B is correct.", "B"},
		{"It's B.", "B"},
		{"I think it is B", "B"},
		{"Definitely C!", "C"},
		{"Probably B", "B"},
		{"I am not sure it's B.", ""},
		{"So, B.", "B"},
		{"green", "B"},
		{"GREEN!", "B"},
		{"It is green.", "B"},
		{"A green car", "B"},
		{"A big object", ""},
		{"A red", "A"},
		{"A man in red", "A"},
		{"a red car", "A"},
		{"not green", ""},
		{"It isn't red.", ""},
		{"It is not red, it is green", "B"},
		{"not red but green", "B"},
		{"There is no red", ""},
		{"Red is wrong", ""},
		{"Red is not right; green is.", "B"},
		{"red or green", ""},
		{"red, green, blue, yellow", ""},
		{"greenish", ""},
		{"It is colored.", ""},
		{"bluegreen", ""},
		{"I can't tell whether it is red", ""},
		{"Anything other than red", ""},
		{"green rather than red", "B"},
		{"neither red nor green", ""},
		{"Without doubt green", "B"},
		{"There is no doubt it is green", "B"},
		{"It's the red one (B)", ""},
		{"vitamin C in red", "A"},
		{"Sorry, I cannot.", ""},
		{"“green”", "B"},
		{"green 🟢", "B"},
	})
}

func TestChoiceOfOptions(t *testing.T) {
	testChoices(t, lettered("man", "woman"), []choiceRow{{"A woman", "B"}, {"woman", "B"}, {"A man", "A"}, {"A manikin", ""}, {"The woman is left of the man", ""}})
	testChoices(t, lettered("male", "female"), []choiceRow{{"female", "B"}, {"a male", "A"}, {"females", ""}})
	testChoices(t, lettered("1", "10", "100"), []choiceRow{{"10", "B"}, {"There are ten.", "B"}, {"100", "C"}, {"1000", ""}, {"-10", ""}, {"10.5", ""}, {"1 or 10", ""}, {"B", "B"}, {"(B) 10", "B"}, {"B) 100", ""}, {"5", ""}})
	testChoices(t, lettered("1,000", "2,000"), []choiceRow{{"1000", "A"}, {"1,000", "A"}, {"2000 people", "B"}})
	testChoices(t, lettered("5 cm", "10 cm", "15 cm"), []choiceRow{{"It is 10 cm long", "B"}, {"15 cm", "C"}, {"1.5 cm", ""}, {"115 cm", ""}, {"-5 cm", ""}})
	testChoices(t, lettered("Yes", "No"), []choiceRow{{"Yes", "A"}, {"No, there is none", "B"}, {"Nothing can be seen", ""}, {"unknown", ""}, {"The eyes", ""}, {"There is a box with no border", ""}, {"I have no idea", ""}, {"A", "A"}, {"B. No", "B"}, {"The answer is no.", "B"}})
	testChoices(t, lettered("yes", "no", "cannot tell"), []choiceRow{{"cannot tell", "C"}, {"I cannot tell", "C"}, {"Yes.", "A"}})
	testChoices(t, lettered("red", "blue", "None of the above"), []choiceRow{{"None of the above", "C"}, {"none of the above.", "C"}, {"The answer is none of the above", "C"}, {"C", "C"}, {"None", ""}})
	testChoices(t, lettered("red", "blue", "Both A and B"), []choiceRow{{"Both A and B", "C"}, {"The answer is both A and B.", "C"}, {"A and B", ""}, {"A", "A"}})
	testChoices(t, lettered("a dog", "a hot dog", "a cat"), []choiceRow{{"a hot dog", "B"}, {"It shows a hot dog.", "B"}, {"The dog", "A"}, {"A hot dog and a dog", ""}, {"dogs", ""}})
	testChoices(t, []Option{{"A", "one"}, {"B", "two"}, {"I", "nine"}}, []choiceRow{{"I see four", ""}, {"I", "I"}, {"I.", "I"}, {"I think two", "B"}, {"(I)", "I"}, {"The answer is I", "I"}})
	testChoices(t, lettered("红色", "绿色"), []choiceRow{{"B、绿色", "B"}, {"绿色", "B"}, {"图中是绿色的", "B"}, {"不是绿色", ""}, {"红色和绿色", ""}, {"答案是绿色", "B"}})
	testChoices(t, lettered("circle", "square", "triangle", "hexagon", "pentagon"), []choiceRow{{"The answer is E, since it has five corners.", "E"}, {"E", "E"}, {"F", ""}})
	testChoices(t, lettered("red", "red", "blue"), []choiceRow{{"red", ""}, {"A", "A"}, {"It is red", ""}, {"B. red", "B"}})
	testChoices(t, lettered("3", "4", "5"), []choiceRow{{"13", ""}, {"3", "A"}, {"three", "A"}, {"3 or 4", ""}, {"1. A\n2. B", ""}})
	testChoices(t, lettered("New York", "York"), []choiceRow{{"New York", "A"}, {"york", "B"}, {"It is in new  york", "A"}})
	testChoices(t, lettered("Straße", "Café"), []choiceRow{{"STRASSE", "A"}, {"Cafe\u0301", "B"}})
}

func TestYesNo(t *testing.T) {
	for answer, want := range map[string]string{
		"\"No\" is written on it": "", "'Yes' appears": "", "\"Yes\", it is": "yes", "Yes, maybe": "", "{\"no\": true}": "", "No–it's a cat": "no", "不是的": "no", "不对": "no", "“是”": "yes", "yes or no": "", "Yes, but no": "", "The button says No": "", "true or false": "", "I can't say no": "", "1. Yes\n2. No": "",
		"Yes": "yes", "yes.": "yes", "YES!": "yes", "**Yes**": "yes", "*Yes*, it is": "yes", "'Yes'": "yes", "“Yes”": "yes", "Yes — so": "yes", "Yes—so": "yes", "Yes.There": "yes", "Yes\nIt is": "yes", "Yes there is": "yes", "Yes。": "yes", "是": "yes", "是的，有": "yes", "不是": "no", "没有。": "no", "はい": "yes", "いいえ": "no", "Oui.": "yes", "Nein": "no", "Да": "yes", "нет": "no",
		"No": "no", "No.": "no", "**No**, none": "no", "No, there is no circle.": "no", "No border is visible": "no", "No. The sign says \"yes\".": "no", "Nope": "no", "n": "no", "Y": "yes",
		"True": "yes", "false": "no", "{\"answer\": true}": "yes", "{\"answer\": \"no\"}": "no", "\"yes\"": "yes", "{\"present\": false}": "no",
		"Answer: yes": "yes", "Answer:Yes": "yes", "The answer is no.": "no", "**ANSWER: yes**": "yes", "The answer is: **No**": "no", "<answer>Yes</answer>": "yes", "\\boxed{No}": "no", "答案是：是": "yes", "Answer: no, because it is red": "no", "There is no border. The answer is yes.": "yes",
		"I think yes": "yes", "I would say no.": "no", "I'd say yes": "yes", "There is a dog in it, so yes.": "yes", "Is there a dog? Yes.": "yes", "Definitely yes!": "yes", "Absolutely no.": "no",
		"Yes, there is no doubt": "yes", "Yes, it shows a notice board": "yes", "Yes, no doubt.": "yes",
		"There is a circle with no border": "", "There is no circle but yes a square.": "", "I can't say yes to that.": "", "I can't say yes.": "", "Maybe.": "", "Maybe yes.": "", "Not sure": "", "No doubt": "", "No idea.": "", "No way to tell": "", "Yes and no": "", "Yes or no?": "", "yes/no": "", "Yes, no.": "", "No. Yes.": "", "No, wait, yes.": "", "Yes. No, wait.": "", "The sign says yes.": "", "It says \"no\"": "", "Impossible to tell": "", "": "", "Sorry, I cannot.": "", "No, I cannot see the image.": "", "I'm sorry, but I can't help with that": "", "yesterday": "", "nobody": "", "Yes-men": "", "The answer is not yes.": "", "The answer is no longer clear": "", "No image was provided": "", "eyes": "", "notice": "", "N/A": "", "是一个圆": "", "The answer is yes or no": "", "No one can tell": "", "unknown": "", "<answer>Yes</answer><answer>No</answer>": "", "Neither yes nor no": "", "The answer is yes. Wait, actually no.": "",
	} {
		yes, err := YesNo(answer)
		got := map[bool]string{true: "yes", false: "no"}[yes]
		if err != nil {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %q, %v, want %q", answer, got, err, want)
		}
	}
}

func TestScore(t *testing.T) {
	five := ScoreOptions{Scale: Scale{1, 5}}
	rescaled := ScoreOptions{Scale: Scale{1, 5}, Rescale: true}
	for _, row := range []struct {
		answer string
		o      ScoreOptions
		want   float64 // NaN cannot be read
	}{
		{"Quality (1=bad, 5=good): 4", five, 4},
		{"4/5 because 3 dogs", five, 4},
		{"4★", five, 4},
		{"Out of 5: 4", five, 4},
		{"Out of 10: 4", five, nan},
		{"Between 1 and 5, I'd say 4", five, 4},
		{"1-5: 4", five, 4},
		{"a 4 out of a possible 5", five, 4},
		{"4 out of 5 for sharpness and 3 out of 5 for color", five, nan},
		{"4/5/6", five, nan},
		{"6/5", five, nan},
		{"Image 2 gets a 4", five, 4},
		{"4th", five, nan},
		{"4", five, 4},
		{"**4**", five, 4},
		{"4/5", five, 4},
		{"**4**/5", five, 4},
		{"**4/5**", five, 4},
		{"4.5/5", five, 4.5},
		{"4 / 5", five, 4},
		{"4 out of 5", five, 4},
		{"four out of five", five, 4},
		{"4 out of five", five, 4},
		{"4 of 5", five, 4},
		{"4 stars out of 5", five, 4},
		{"4-star", five, 4},
		{"★★★★☆", five, 4},
		{"Rating: 4", five, 4},
		{"Rating: 4/5. It shows 3 dogs.", five, 4},
		{"I'd give it a 4.", five, 4},
		{"3½", five, 3.5},
		{"{\"score\": 4}", five, 4},
		{"\\boxed{4}", five, 4},
		{"four", five, 4},
		{"4.0", five, 4},
		{"Rating (1-5): 4", five, 4},
		{"On a scale of 1-5, I'd give it a 4.", five, 4},
		{"On a scale of 1 to 5, I'd give it a 4.", five, 4},
		{"On a scale from 1 to 5: 4", five, 4},
		{"On a scale of one to five, I'd give it a 4.", five, 4},
		{"On the 1 to 5 scale: 4", five, 4},
		{"on a 1-5 scale, 4", five, 4},
		{"4 (on a scale of 1–5)", five, 4},
		{"4, from 1 to 5", five, 4},
		{"4/10", five, nan},
		{"5 out of 100", five, nan},
		{"4 out of ten", five, nan},
		{"80%", five, nan},
		{"On a scale of 1 to 10, I'd give it a 4.", five, nan},
		{"4 (1-10)", five, nan},
		{"4-5", five, nan},
		{"between 3 and 4", five, nan},
		{"4 or 5", five, nan},
		{"7", five, nan},
		{"-4", five, nan},
		{"0", five, nan},
		{"", five, nan},
		{"not 4", five, nan},
		{"more than 4", five, nan},
		{"good", five, nan},
		{"On a scale of 1 to 5", five, nan},
		{"1/5/2024", five, nan},
		{"I'm sorry, but I can't rate 4 images.", five, nan},
		{"8/10", rescaled, 4},
		{"80%", rescaled, 4},
		{"On a scale of 1 to 10: 10", rescaled, 5},
		{"4 out of 5", rescaled, 4},
		{"12/10", rescaled, nan},
		{"On a scale of 0 to 10: 5", rescaled, 3},
		{"95/100", ScoreOptions{Scale: Scale{0, 100}}, 95},
		{"95%", ScoreOptions{Scale: Scale{0, 100}}, 95},
		{"10/10", ScoreOptions{Scale: Scale{1, 10}}, 10},
		{"4/5", ScoreOptions{}, 4},
		{"-4", ScoreOptions{}, -4},
		{"8 out of 10", ScoreOptions{}, 8},
		{"3 then 4", ScoreOptions{Scale: Scale{1, 5}, Number: NumberOptions{Pick: "last"}}, 4},
	} {
		got, err := Score(row.answer, row.o)
		if (err != nil) != math.IsNaN(row.want) || err == nil && got != row.want {
			t.Errorf("%q: %v, %v, want %v", row.answer, got, err, row.want)
		}
	}
}

func TestPreference(t *testing.T) {
	sides := [2][]string{{"left", "left one"}, {"right"}}
	for _, row := range []struct {
		answer string
		names  [2][]string
		want   int // 0 cannot be read
	}{
		{"The first image is better than the second", none, 1},
		{"The first is worse than the second", none, 0},
		{"I prefer image B over image A", none, 2},
		{"A, not B", none, 1},
		{"A and B are alike", none, 0},
		{"The first, because the second is blurry", none, 0},
		{"A", none, 1},
		{"B", none, 2},
		{"a", none, 1},
		{"(A)", none, 1},
		{"**Image 2**", none, 2},
		{"The first image", none, 1},
		{"1st", none, 1},
		{"2nd.", none, 2},
		{"Image A is sharper.", none, 1},
		{"A is sharper", none, 1},
		{"B", none, 2},
		{"Image one", none, 1},
		{"2", none, 2},
		{"{\"answer\": \"first\"}", none, 1},
		{"Answer: B", none, 2},
		{"I prefer the second one.", none, 2},
		{"I prefer the first over the second.", none, 1},
		{"Not the first one, the second.", none, 2},
		{"First of all, image 2 is better.", none, 2},
		{"A clearer picture is the second.", none, 2},
		{"<answer>B</answer>", none, 2},
		{"Not the first one.", none, 0},
		{"A dog is shown", none, 0},
		{"A sharper image", none, 0},
		{"both", none, 0},
		{"neither the first nor the second", none, 0},
		{"first or second", none, 0},
		{"The first isn't better.", none, 0},
		{"", none, 0},
		{"Sorry, I cannot see the images. A", none, 0},
		{"At first glance they are alike", none, 0},
		{"1 or 2", none, 0},
		{"There are 2 dogs", none, 0},
		{"Answer: A or B", none, 0},
		{"I can't say that A is better.", none, 0},
		{"The right one", sides, 2},
		{"left", sides, 1},
		{"The left one is not as good as the right one", sides, 0},
		{"upright", sides, 0},
		{"not left", sides, 0},
		{"A", sides, 0},
	} {
		got, err := Preference(row.answer, row.names)
		if got != row.want || (err != nil) != (row.want == 0) {
			t.Errorf("%q: %v, %v, want %v", row.answer, got, err, row.want)
		}
	}
}

var none [2][]string

func TestRefused(t *testing.T) {
	for answer, want := range map[string]bool{
		"Sorry, I cannot.": true, "I'm sorry, but I can't help with that.": true, "I cannot see the image.": true, "I’m unable to view images.": true, "As an AI, I do not judge.": true, "Sorry.": true, "抱歉，我无法查看图片": true, "Unfortunately, I'm not able to do this": true, "I can't assist with that request.": true, "No image was provided.": true,
		"There is no dog.": false, "I cannot see any dog in it, only a cat.": false, "The sorry man cannot walk": true, "red": false, "": false, "No": false, strings.Repeat("It shows a dog. ", 40) + "I cannot help": false,
	} {
		if got := Refused(answer); got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
}
