// Makes the calls that arrive on stdin with the AWS SDK for Go, version 2, one JSON object a line, and writes what the SDK made of each reply.
//
// {"operation": NAME, "input": {...}}  ->  {"output": {...}} or {"error": {"code", "message", "typed"}}
//
// The argument names the service. The input is read into the SDK's own types, so what it leaves out of a request (numbers that are 0) it leaves out here.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

type request struct {
	Operation string
	Input     json.RawMessage
}

func main() {
	// The releases before 1.18 do not read AWS_ENDPOINT_URL and would call the real AWS.
	endpoint := aws.EndpointResolverWithOptionsFunc(func(service, region string, options ...interface{}) (aws.Endpoint, error) {
		return aws.Endpoint{URL: os.Getenv("AWS_ENDPOINT_URL"), SigningRegion: region}, nil
	})
	settings, err := config.LoadDefaultConfig(context.Background(), config.WithEndpointResolverWithOptions(endpoint))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	client := map[string]interface{}{
		"lightsail":  lightsail.NewFromConfig(settings),
		"iam":        iam.NewFromConfig(settings),
		"sts":        sts.NewFromConfig(settings),
		"cloudtrail": cloudtrail.NewFromConfig(settings),
	}[os.Args[1]]
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		answer, _ := json.Marshal(call(client, asked))
		fmt.Println(string(answer))
	}
}

func call(client interface{}, asked request) map[string]interface{} {
	method := reflect.ValueOf(client).MethodByName(asked.Operation)
	input := reflect.New(method.Type().In(1).Elem())
	if err := json.Unmarshal(asked.Input, input.Interface()); err != nil {
		panic(err)
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
	if err, failed := results[1].Interface().(error); failed {
		var refused smithy.APIError
		if !errors.As(err, &refused) {
			panic(err)
		}
		// What a user writes in errors.As(err, &notFound): a type of the service's own, not the one for codes that it does not know.
		_, generic := refused.(*smithy.GenericAPIError)
		return map[string]interface{}{"error": map[string]interface{}{"code": refused.ErrorCode(), "message": refused.ErrorMessage(), "typed": !generic}}
	}
	return map[string]interface{}{"output": named(results[0].Interface())}
}

// The names of the API reference: Lightsail's begin with a small letter, Go's do not.
func named(output interface{}) interface{} {
	text, err := json.Marshal(output)
	if err != nil {
		panic(err)
	}
	var read interface{}
	if err := json.Unmarshal(text, &read); err != nil {
		panic(err)
	}
	if os.Args[1] != "lightsail" {
		return read
	}
	return lowered(read)
}

func lowered(value interface{}) interface{} {
	switch found := value.(type) {
	case map[string]interface{}:
		object := map[string]interface{}{}
		for name, member := range found {
			object[strings.ToLower(name[:1])+name[1:]] = lowered(member)
		}
		return object
	case []interface{}:
		for i := range found {
			found[i] = lowered(found[i])
		}
	}
	return value
}
