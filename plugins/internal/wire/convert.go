package wire

import (
	"fmt"
	"maps"
	"math"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	backendv1 "github.com/vlmspec/vlmspec/plugins/proto/vlmspec/backend/v1"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

func fromInfo(i sdk.Info) *backendv1.DescribeResponse {
	c := i.Capabilities
	return &backendv1.DescribeResponse{
		Name: i.Name, Version: i.Version, ConfigSchema: i.ConfigSchema, PathKeys: i.PathKeys,
		Model: i.Model, ModelDigest: i.ModelDigest, Device: i.Device, Details: i.Details, Remote: i.Remote,
		Capabilities: &backendv1.Capabilities{
			MaxImages: int32of(c.MaxImages), Concurrency: int32of(c.Concurrency), ContextTokens: int32of(c.ContextTokens),
			Seeds: c.Seeds, LogProbs: c.LogProbs, JsonSchema: c.JSONSchema, Streaming: c.Streaming, Queues: c.Queues,
		},
		Engine: &backendv1.Engine{Name: i.Engine.Name, Version: i.Engine.Version, Digest: i.Engine.Digest, Files: i.Engine.Files},
	}
}

func toInfo(d *backendv1.DescribeResponse) sdk.Info {
	c, e := d.GetCapabilities(), d.GetEngine()
	return sdk.Info{
		Name: d.GetName(), Version: d.GetVersion(), ConfigSchema: d.GetConfigSchema(), PathKeys: d.GetPathKeys(),
		Model: d.GetModel(), ModelDigest: d.GetModelDigest(), Device: d.GetDevice(), Details: maps.Clone(d.GetDetails()), Remote: d.GetRemote(),
		Capabilities: sdk.Capabilities{
			MaxImages: int(c.GetMaxImages()), Concurrency: int(c.GetConcurrency()), ContextTokens: int(c.GetContextTokens()),
			Seeds: c.GetSeeds(), LogProbs: c.GetLogProbs(), JSONSchema: c.GetJsonSchema(), Streaming: c.GetStreaming(), Queues: c.GetQueues(),
		},
		Engine: sdk.Engine{Name: e.GetName(), Version: e.GetVersion(), Digest: e.GetDigest(), Files: e.GetFiles()},
	}
}

var roles = map[sdk.Role]backendv1.Role{
	sdk.System:    backendv1.Role_ROLE_SYSTEM,
	sdk.User:      backendv1.Role_ROLE_USER,
	sdk.Assistant: backendv1.Role_ROLE_ASSISTANT,
}

func fromRequest(id string, r sdk.Request) (*backendv1.GenerateRequest, error) {
	params, err := fromParams(r.Params)
	if err != nil {
		return nil, err
	}
	out := &backendv1.GenerateRequest{Id: id, Params: params}
	for _, m := range r.Messages {
		role, ok := roles[m.Role]
		if !ok {
			return nil, sdk.Errorf(sdk.InvalidRequest, "unknown role %q", m.Role)
		}
		pm := &backendv1.Message{Role: role}
		for _, p := range m.Parts {
			pm.Parts = append(pm.Parts, fromPart(p))
		}
		out.Messages = append(out.Messages, pm)
	}
	return out, nil
}

func fromPart(p sdk.Part) *backendv1.Part {
	if p.Image == nil {
		return &backendv1.Part{Content: &backendv1.Part_Text{Text: p.Text}}
	}
	img := &backendv1.Image{
		Sha256: p.Image.SHA256, MediaType: p.Image.MediaType, Width: int32of(p.Image.Width), Height: int32of(p.Image.Height),
	}
	if p.Image.Path != "" {
		img.Source = &backendv1.Image_Path{Path: p.Image.Path}
	} else {
		img.Source = &backendv1.Image_Data{Data: p.Image.Bytes}
	}
	return &backendv1.Part{Content: &backendv1.Part_Image{Image: img}}
}

func fromParams(p sdk.Params) (*backendv1.Params, error) {
	out := &backendv1.Params{
		MaxTokens: int32of(p.MaxTokens), Temperature: p.Temperature, TopP: p.TopP, TopK: int32of(p.TopK), MinP: p.MinP,
		RepeatPenalty: p.RepeatPenalty, Seed: p.Seed, Stop: p.Stop,
	}
	if len(p.Extra) > 0 {
		extra, err := structpb.NewStruct(p.Extra)
		if err != nil {
			return nil, sdk.Errorf(sdk.InvalidRequest, "params: %v", err)
		}
		out.Extra = extra
	}
	return out, nil
}

func toRequest(r *backendv1.GenerateRequest) (sdk.Request, error) {
	p := r.GetParams()
	out := sdk.Request{ID: r.GetId(), Params: sdk.Params{
		MaxTokens: int(p.GetMaxTokens()), Temperature: p.GetTemperature(), TopP: p.GetTopP(), TopK: int(p.GetTopK()),
		MinP: p.GetMinP(), RepeatPenalty: p.GetRepeatPenalty(), Seed: p.GetSeed(), Stop: p.GetStop(), Extra: p.GetExtra().AsMap(),
	}}
	for i, m := range r.GetMessages() {
		msg := sdk.Message{}
		for role, wire := range roles {
			if wire == m.GetRole() {
				msg.Role = role
			}
		}
		if msg.Role == "" {
			return out, sdk.Errorf(sdk.InvalidRequest, "message %d has no role", i+1)
		}
		for _, part := range m.GetParts() {
			msg.Parts = append(msg.Parts, toPart(part))
		}
		out.Messages = append(out.Messages, msg)
	}
	return out, nil
}

func toPart(p *backendv1.Part) sdk.Part {
	img := p.GetImage()
	if img == nil {
		return sdk.Part{Text: p.GetText()}
	}
	return sdk.Part{Image: &sdk.Image{
		SHA256: img.GetSha256(), MediaType: img.GetMediaType(), Width: int(img.GetWidth()), Height: int(img.GetHeight()),
		Path: img.GetPath(), Bytes: img.GetData(),
	}}
}

func fromResponse(r sdk.Response) *backendv1.GenerateResponse {
	finish := backendv1.FinishReason_FINISH_REASON_STOP
	if r.Finish == sdk.FinishLength {
		finish = backendv1.FinishReason_FINISH_REASON_LENGTH
	}
	return &backendv1.GenerateResponse{Event: &backendv1.GenerateResponse_Answer{Answer: &backendv1.Answer{
		Text: r.Text, Finish: finish, LogProbs: r.LogProbs, Reasoning: r.Reasoning, Images: fromImages(r.Images),
		Usage: &backendv1.Usage{
			TextTokens: int32of(r.Usage.TextTokens), ImageTokens: int32of(r.Usage.ImageTokens), OutputTokens: int32of(r.Usage.OutputTokens),
			CachedTokens: int32of(r.Usage.CachedTokens), CachedImages: int32of(r.Usage.CachedImages),
		},
		Timings: &backendv1.Timings{
			Preprocess: durationpb.New(r.Timings.Preprocess), Encode: durationpb.New(r.Timings.Encode),
			Prefill: durationpb.New(r.Timings.Prefill), Decode: durationpb.New(r.Timings.Decode),
		},
	}}}
}

func fromImages(images []sdk.ImageShown) []*backendv1.ImageShown {
	var out []*backendv1.ImageShown
	for _, i := range images {
		out = append(out, &backendv1.ImageShown{Width: int32of(i.Width), Height: int32of(i.Height)})
	}
	return out
}

// toImages refuses sizes that cannot be those of so many images.
func toImages(sizes []*backendv1.ImageShown, images int) ([]sdk.ImageShown, error) {
	if len(sizes) > 0 && len(sizes) != images {
		return nil, liar(fmt.Sprintf("the sizes of %d images, where %d were shown", len(sizes), images))
	}
	var out []sdk.ImageShown
	for _, s := range sizes {
		w, h := int(s.GetWidth()), int(s.GetHeight())
		if min(w, h) < 0 || (w == 0) != (h == 0) {
			return nil, liar(fmt.Sprintf("an image of %dx%d pixels", w, h))
		}
		out = append(out, sdk.ImageShown{Width: w, Height: h})
	}
	return out, nil
}

// imagesOf counts the images of a request.
func imagesOf(r *backendv1.GenerateRequest) (n int) {
	for _, m := range r.GetMessages() {
		for _, p := range m.GetParts() {
			if p.GetImage() != nil {
				n++
			}
		}
	}
	return n
}

// toResponse refuses an answer no honest backend gives to a request of so many images.
func toResponse(a *backendv1.Answer, images int) (sdk.Response, error) {
	u, t := a.GetUsage(), a.GetTimings()
	r := sdk.Response{
		Text: a.GetText(), Finish: sdk.FinishStop, LogProbs: a.GetLogProbs(), Reasoning: a.GetReasoning(),
		Usage: sdk.Usage{
			TextTokens: int(u.GetTextTokens()), ImageTokens: int(u.GetImageTokens()), OutputTokens: int(u.GetOutputTokens()),
			CachedTokens: int(u.GetCachedTokens()), CachedImages: int(u.GetCachedImages()),
		},
		Timings: sdk.Timings{
			Preprocess: t.GetPreprocess().AsDuration(), Encode: t.GetEncode().AsDuration(),
			Prefill: t.GetPrefill().AsDuration(), Decode: t.GetDecode().AsDuration(),
		},
	}
	switch a.GetFinish() {
	case backendv1.FinishReason_FINISH_REASON_STOP:
	case backendv1.FinishReason_FINISH_REASON_LENGTH:
		r.Finish = sdk.FinishLength
	default:
		return r, liar("no finish reason")
	}
	if min(r.Usage.TextTokens, r.Usage.ImageTokens, r.Usage.OutputTokens, r.Usage.CachedTokens, r.Usage.CachedImages) < 0 {
		return r, liar("a negative number of tokens")
	}
	if min(r.Timings.Preprocess, r.Timings.Encode, r.Timings.Prefill, r.Timings.Decode) < time.Duration(0) {
		return r, liar("a negative time")
	}
	for _, p := range r.LogProbs {
		if math.IsNaN(p) || p > 0 {
			return r, liar(fmt.Sprintf("a log-probability of %v", p))
		}
	}
	var err error
	r.Images, err = toImages(a.GetImages(), images)
	return r, err
}

func liar(what string) error {
	return sdk.Errorf(sdk.Internal, "the backend's answer has %s; report this to the backend's author", what)
}

// int32of keeps counts in range; nothing here is meaningful beyond it.
func int32of(n int) int32 { return int32(min(max(n, math.MinInt32), math.MaxInt32)) }
