// Makes the calls that arrive on stdin with the AWS SDK for Go, version 1, one JSON object a line, and writes what the SDK made of each reply.
//
// {"operation": NAME, "input": {...}}  ->  {"output": {...}} or {"error": {"code", "message", "typed"}}
//
// The argument names the service.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/cloudtrail"
	"github.com/aws/aws-sdk-go/service/iam"
	"github.com/aws/aws-sdk-go/service/lightsail"
	"github.com/aws/aws-sdk-go/service/sts"
)

type request struct {
	Operation string
	Input     json.RawMessage
}

func main() {
	settings := session.Must(session.NewSession(&aws.Config{Endpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL"))}))
	client := map[string]interface{}{
		"lightsail":  lightsail.New(settings),
		"iam":        iam.New(settings),
		"sts":        sts.New(settings),
		"cloudtrail": cloudtrail.New(settings),
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
	input := reflect.New(method.Type().In(0).Elem())
	if err := json.Unmarshal(asked.Input, input.Interface()); err != nil {
		panic(err)
	}
	results := method.Call([]reflect.Value{input})
	if err, failed := results[1].Interface().(error); failed {
		refused, isApiError := err.(awserr.Error)
		if !isApiError {
			panic(err)
		}
		// A type of the service's own, which awserr's own wrapper of an unknown code is not; IAM and STS have none in this SDK.
		typed := strings.HasPrefix(reflect.TypeOf(err).String(), "*"+os.Args[1]+".")
		return map[string]interface{}{"error": map[string]interface{}{"code": refused.Code(), "message": refused.Message(), "typed": typed}}
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
