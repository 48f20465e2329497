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
	"i can't comply", "i cannot comply", "i can't do that", "i cannot do that", "i can't fulfill", "i cannot fulfill", "i must decline", "against my", "i can't discuss", "i cannot discuss", "i can't tell", "i cannot tell", "i can't say", "i cannot say", "i can't choose", "i cannot choose", "i can't decide", "i cannot decide", "i can't judge", "i cannot judge",
	"the ability to view", "the ability to see", "just a language model", "as a language model", "not possible for me", "no image attached", "can't look at", "cannot look at", "don't have access to images",
	"ich kann das nicht", "kann das nicht", "kann es nicht", "kann dies nicht",
	"i can't make out", "i cannot make out", "i can't rate", "i cannot rate", "i can't count", "i cannot count",
	"je ne peux pas", "je ne suis pas en mesure", "je ne vois pas d'image", "il m'est impossible",
	"no puedo ver", "no puedo ayudar", "no puedo responder", "no puedo determinar", "no soy capaz de", "non posso aiutar", "non posso vedere", "non sono in grado",
	"não posso ajudar", "não consigo ver", "não consigo", "kann ich nicht helfen", "kann ich nicht beantworten", "kann das bild nicht", "kann kein bild", "kann keine bilder", "bin nicht in der lage",
	"kan ik niet", "ik kan niet", "jag kan inte", "nie mogę", "не могу помочь", "не могу ответить", "не могу увидеть", "не вижу изображени",
	"お答えできません", "できかねます", "見ることができません", "判断できません", "답변할 수 없", "볼 수 없", "도와드릴 수 없", "도움을 드릴 수 없", "لا أستطيع", "لا يمكنني",
	"无法查看", "无法看到", "看不到图", "不能提供", "无法提供", "无法回答", "无法识别", "不能回答", "没有看到图", "无法确定", "无法判断",
}

// apologies make a refusal of a sentence that says what cannot be.
var apologies = []string{
	"sorry", "i apologize", "apologies", "unfortunately", "抱歉", "对不起", "很遗憾", "désolé", "desolé", "malheureusement", "je regrette", "lo siento", "lamentablemente",
	"tut mir leid", "leider", "entschuldigung", "mi dispiace", "purtroppo", "desculpe", "sinto muito", "infelizmente", "het spijt me", "helaas", "tyvärr", "przykro mi", "niestety",
	"извините", "простите", "к сожалению", "申し訳", "すみません", "残念", "죄송", "유감", "آسف", "عذرا", "क्षमा",
}

var inability = []string{
	"can't", "cannot", "can not", "unable", "not able", "won't", "will not", "don't", "do not", "couldn't", "could not", "不能", "无法", "isn't possible", "not possible", "never",
	"ne peux", "ne puis", "ne suis pas", "impossible", "no puedo", "no me es posible", "no es posible", "imposible", "kann nicht", "kann ich", "nicht in der lage", "nicht möglich",
	"non posso", "non sono in grado", "non riesco", "não posso", "não consigo", "não sou capaz", "kan niet", "kan ik", "kan inte", "nie mogę", "не могу", "не вижу", "невозможно", "не в состоянии",
	"できません", "できかね", "ません", "수 없", "못합니다", "لا أستطيع", "لا يمكن", "नहीं",
}

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
