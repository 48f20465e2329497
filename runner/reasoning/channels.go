package reasoning

import "strings"

// The marks of gpt-oss, and what is left of them where a server drops special tokens.
// Source: the harmony response format, cookbook.openai.com/articles/openai-harmony.
const (
	channelToken = "<|channel|>"
	messageToken = "<|message|>"
	startToken   = "<|start|>"
	finalChannel = "final"
	bareAnalysis = "analysis"
	bareFinal    = "assistantfinal"
)

var channelTokens = []string{channelToken, messageToken, startToken, "<|end|>", "<|return|>", "<|call|>"}

// channels is a text in channels while it is taken apart.
type channels struct {
	final, other, reasoning pieces
	state                   channelState
	header                  string // what was read of it
}

// channelState is what the text now read is.
type channelState int

const (
	outside channelState = iota // between messages
	inHeader
	inFinal
	inReasoning
)

// splitChannels takes apart what stands in the final channel, else between the
// messages; a text that has neither has no answer.
func splitChannels(text string) Parts {
	var c channels
	for {
		before, token, after := nextToken(text)
		c.read(before)
		if token == "" {
			break
		}
		c.meet(token)
		text = after
	}
	answer := c.final
	if answer == nil {
		answer = c.other
	}
	if c.state == inReasoning || c.state == inHeader || answer == nil {
		c.reasoning = append(c.reasoning, answer...)
		return Parts{Reasoning: c.reasoning.String(), Unclosed: true}
	}
	return Parts{Answer: answer.String(), Reasoning: c.reasoning.String()}
}

// read takes in text between two tokens.
func (c *channels) read(text string) {
	switch c.state {
	case inHeader:
		c.header += text
	case inFinal:
		c.final.add(text)
	case inReasoning:
		c.reasoning.add(text)
	case outside:
		c.other.add(text)
	}
}

func (c *channels) meet(token string) {
	switch token {
	case startToken:
		c.state, c.header = inHeader, finalChannel // of a message without a channel
	case channelToken:
		c.state, c.header = inHeader, ""
	case messageToken:
		c.state = inReasoning
		if strings.HasPrefix(trim(c.header), finalChannel) {
			c.state = inFinal
		}
	default:
		c.state = outside
	}
}

// nextToken cuts a text at the first token; token is "" where there is none.
func nextToken(text string) (before, token, after string) {
	for i := 0; i < len(text); {
		k := strings.Index(text[i:], "<|")
		if k < 0 {
			break
		}
		i += k
		for _, t := range channelTokens {
			if strings.HasPrefix(text[i:], t) {
				return text[:i], t, text[i+len(t):]
			}
		}
		i += len("<|")
	}
	return text, "", ""
}
