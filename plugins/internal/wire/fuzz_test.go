package wire

import (
	"reflect"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	backendv1 "github.com/vlmspec/vlmspec/plugins/proto/vlmspec/backend/v1"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

func example() sdk.Request {
	return sdk.Request{ID: "1", Messages: []sdk.Message{
		{Role: sdk.System, Parts: []sdk.Part{{Text: "be brief"}}},
		{Role: sdk.User, Parts: []sdk.Part{{Text: "what?"}, {Image: &sdk.Image{Path: "/a.png", SHA256: "00", MediaType: "image/png", Width: 2, Height: 3}}}},
	}, Params: sdk.Params{MaxTokens: 3, Temperature: 0.5, Stop: []string{"\n"}, Extra: map[string]any{"a": []any{1.0, "x", nil}}}}
}

// Whatever bytes come for a request, they are refused or read, and what was read is
// sent and read again as the same.
func FuzzRequest(f *testing.F) {
	wire, err := fromRequest("1", example())
	if err != nil {
		f.Fatal(err)
	}
	data, err := proto.Marshal(wire)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var in backendv1.GenerateRequest
		if proto.Unmarshal(data, &in) != nil {
			return
		}
		read, err := toRequest(&in)
		if err != nil {
			return
		}
		out, err := fromRequest(read.ID, read)
		if err != nil {
			t.Fatalf("%+v cannot be sent: %v", read, err)
		}
		again, err := toRequest(out)
		if err != nil || !same(read, again) {
			t.Errorf("%+v\n%+v: %v", read, again, err)
		}
	})
}

// Whatever bytes come for an answer, they are refused or make sense, and are the same
// when sent again.
func FuzzResponse(f *testing.F) {
	for _, r := range []sdk.Response{
		{Text: "red", Finish: sdk.FinishStop, LogProbs: []float64{-0.5}, Usage: sdk.Usage{TextTokens: 3, OutputTokens: 1}, Timings: sdk.Timings{Decode: time.Second}},
		{Text: "", Reasoning: "hm", Finish: sdk.FinishLength, Images: []sdk.ImageShown{{Width: 4, Height: 5}}},
	} {
		data, err := proto.Marshal(fromResponse(r))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, len(r.Images))
	}
	f.Fuzz(func(t *testing.T, data []byte, images int) {
		var in backendv1.GenerateResponse
		if proto.Unmarshal(data, &in) != nil {
			return
		}
		read, err := toResponse(in.GetAnswer(), images)
		if err != nil {
			return
		}
		again, err := toResponse(fromResponse(read).GetAnswer(), images)
		if err != nil || !same(read, again) {
			t.Errorf("%+v\n%+v: %v", read, again, err)
		}
	})
}

// Whatever a backend says of itself is read, and the same when sent again.
func FuzzInfo(f *testing.F) {
	data, err := proto.Marshal(fromInfo(sdk.Info{Name: "a", Details: map[string]string{"b": "c"}, PathKeys: []string{"d"}, Engine: sdk.Engine{Name: "e", Files: []string{"f"}}}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var in backendv1.DescribeResponse
		if proto.Unmarshal(data, &in) != nil {
			return
		}
		if read := toInfo(&in); !same(read, toInfo(fromInfo(read))) {
			t.Errorf("%+v", read)
		}
	})
}

// same is equality in which NaN is itself, and nothing is an empty list.
func same(a, b any) bool { return reflect.DeepEqual(bare(a), bare(b)) }

func bare(v any) any { return clean(reflect.ValueOf(v)) }

func clean(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); f != f {
			return "NaN"
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return clean(v.Elem())
	case reflect.Slice:
		var all []any
		for i := range v.Len() {
			all = append(all, clean(v.Index(i)))
		}
		return all
	case reflect.Map:
		all := map[any]any{}
		for _, k := range v.MapKeys() {
			all[k.Interface()] = clean(v.MapIndex(k))
		}
		return all
	case reflect.Struct:
		all := map[any]any{}
		for i := range v.NumField() {
			all[v.Type().Field(i).Name] = clean(v.Field(i))
		}
		return all
	}
	return v.Interface()
}
