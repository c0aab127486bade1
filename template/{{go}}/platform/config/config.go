// Kept by the platform: docs/ownership.md says what that means.

// Package config reads settings from the environment, all of them once, at start.
package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Validator is implemented by settings that know rules the type system does not.
type Validator interface {
	// Validate returns one sentence for each mistake, which begins with the name of the variable and says what to do.
	// A variable that could not be read has its zero value here.
	Validate() []string
}

// Load fills T from variables in the form of os.Environ, following the `env` and `envDefault` tags of its fields,
// which may be structs with such tags, and asks T and those structs to validate themselves.
// The error lists every mistake, one sentence a line, and shows no value.
func Load[T any](environ []string) (T, error) {
	var settings T
	variables := env.ToMap(environ)
	mistakes := parse(&settings, variables)
	for _, sentence := range validate(reflect.ValueOf(&settings).Elem()) {
		if !slices.ContainsFunc(mistakes, func(known mistake) bool { return known.covers(sentence) }) {
			mistakes = append(mistakes, mistake{sentence: sentence})
		}
	}
	if len(mistakes) == 0 {
		return settings, nil
	}
	sentences := make([]string, len(mistakes))
	for i, found := range mistakes {
		sentences[i] = found.sentence
	}
	return settings, errors.New(strings.Join(sentences, "\n"))
}

// mistake is what is wrong with a variable, which has no name if the settings found it out themselves.
type mistake struct{ variable, sentence string }

// covers reports whether the sentence adds nothing: it is the same, or about a variable that could not be read at all.
func (m mistake) covers(sentence string) bool {
	about, _, _ := strings.Cut(sentence, " ")
	return m.sentence == sentence || about == m.variable
}

func parse(settings any, variables map[string]string) []mistake {
	err := env.ParseWithOptions(settings, env.Options{Environment: variables})
	if err == nil {
		return nil
	}
	var found []mistake
	aggregate, _ := errors.AsType[env.AggregateError](err)
	for _, err := range aggregate.Errors {
		if missing, ok := errors.AsType[env.VarIsNotSetError](err); ok {
			found = append(found, mistake{missing.Key, missing.Key + " is not set: give it a value; .env.example shows one."})
		}
		if empty, ok := errors.AsType[env.EmptyVarError](err); ok {
			found = append(found, mistake{empty.Key, empty.Key + " is empty: give it a value; .env.example shows one."})
		}
	}
	found = append(found, malformed(reflect.TypeOf(settings).Elem(), variables)...)
	if len(found) == 0 {
		return []mistake{{sentence: err.Error()}} // the tags are wrong, not the variables
	}
	return found
}

// malformed reads each variable alone: a ParseError names a field, and two structs may have fields of one name.
func malformed(settings reflect.Type, variables map[string]string) []mistake {
	fields, _ := env.GetFieldParams(reflect.New(settings).Interface()) // parse has reported its error
	var found []mistake
	for _, field := range fields {
		alone := env.Options{Environment: map[string]string{field.Key: variables[field.Key]}}
		if wrong, ok := errors.AsType[env.ParseError](env.ParseWithOptions(reflect.New(settings).Interface(), alone)); ok {
			found = append(found, mistake{field.Key, fmt.Sprintf("%s is not a %s: .env.example shows a value that is.", field.Key, describe(wrong.Type))})
		}
	}
	return found
}

func validate(settings reflect.Value) []string {
	var mistakes []string
	if validator, ok := reflect.TypeAssert[Validator](settings.Addr()); ok {
		mistakes = validator.Validate()
	}
	for _, field := range settings.Fields() {
		if field.Kind() == reflect.Struct && field.CanInterface() {
			mistakes = append(mistakes, validate(field)...)
		}
	}
	return mistakes
}

func describe(kind reflect.Type) string {
	switch kind.String() {
	case "time.Duration":
		return "duration such as 10s"
	case "int", "int32", "int64":
		return "whole number"
	case "float64":
		return "number"
	case "bool":
		return "truth value (true or false)"
	case "limit.Policy":
		return "limit such as 600/1m"
	case "[]netip.Prefix":
		return "list of networks such as 10.0.0.0/8,fd00::/8"
	case "slog.Level":
		return "log level (debug, info, warn or error)"
	default:
		return kind.String()
	}
}
