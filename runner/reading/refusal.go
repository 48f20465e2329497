package reading

import "strings"

// refusals are how answers that decline begin or what they say, in lower case.
var refusals = []string{
	"i can't see the", "i cannot see the", "i can not see the", "i can't see any image", "i cannot see any image", "i cannot see it", "i can't see it", "i cannot see images", "i can't see images",
	"i can't view", "i cannot view", "i can't help", "i cannot help", "i can't assist", "i cannot assist", "can't assist with", "cannot assist with",
	"i'm unable to", "i am unable to", "i'm not able to", "i am not able to", "unable to view", "unable to see the", "unable to process",
	"can't process this", "cannot process this", "i can't answer", "i cannot answer", "i can't provide", "i cannot provide", "i can't determine", "i cannot determine", "cannot determine the answer", "can't determine the answer",
	"i can't identify", "i cannot identify", "i don't see an image", "i do not see an image", "i don't see any image", "i do not see any image", "don't have access to the image", "do not have access to the image",
	"no image was", "no image is", "no image has been", "no image provided", "without the image", "please provide the image", "please upload", "as an ai", "i won't", "i will not",
	"i can't comply", "i cannot comply", "i can't do that", "i cannot do that", "i can't fulfill", "i cannot fulfill", "i must decline", "against my", "i can't discuss", "i cannot discuss", "i can't tell", "i cannot tell",
	"无法查看", "无法看到", "看不到图", "不能提供", "无法提供", "无法回答", "无法识别", "不能回答", "没有看到图", "无法确定", "无法判断",
}

// apologies make a refusal of a sentence that says what cannot be.
var apologies = []string{"sorry", "i apologize", "apologies", "unfortunately", "抱歉", "对不起", "很遗憾", "desolé", "lo siento", "es tut mir leid"}

var inability = []string{"can't", "cannot", "can not", "unable", "not able", "won't", "will not", "don't", "do not", "couldn't", "could not", "不能", "无法", "isn't possible", "not possible", "never"}

// maxRefusal is how many bytes of an answer are looked at: one that goes on for longer has begun to answer.
const maxRefusal = 400

// Refused reports whether an answer declines: "I'm sorry, but I can't", "I cannot see the image".
func Refused(answer string) bool {
	text := Plain(answer[:min(len(answer), maxRefusal)])
	head := lowered(strings.Join(strings.Fields(text), " "))
	for _, r := range refusals {
		if strings.Contains(head, r) {
			return true
		}
	}
	for _, a := range apologies {
		i := strings.Index(head, a)
		if i < 0 || i > 40 {
			continue
		}
		rest := head[i+len(a):]
		if strings.Trim(rest, " .,!。，") == "" {
			return true
		}
		for _, w := range inability {
			if k := strings.Index(rest, w); k >= 0 && k < 60 {
				return true
			}
		}
	}
	return false
}
