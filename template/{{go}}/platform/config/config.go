// Package config reads settings from the environment, all of them once, at start.
package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Validator is implemented by settings that know rules the type system does not.
type Validator interface {
	// Validate returns one sentence for each mistake, naming the variable and what to do.
	Validate() []string
}

// Load fills T from variables in the form of os.Environ, following the `env` and `envDefault` tags of its fields,
// which may be structs with such tags, and asks T and those structs to validate themselves.
// The error lists every mistake, one sentence a line, and shows no value.
func Load[T any](environ []string) (T, error) {
	settings, err := env.ParseAsWithOptions[T](env.Options{Environment: env.ToMap(environ)})
	mistakes := append(sentences(err, reflect.TypeFor[T]()), validate(reflect.ValueOf(settings))...)
	if len(mistakes) > 0 {
		return settings, errors.New(strings.Join(mistakes, "\n"))
	}
	return settings, nil
}

func validate(settings reflect.Value) []string {
	var mistakes []string
	if validator, ok := settings.Interface().(Validator); ok {
		mistakes = validator.Validate()
	}
	for _, field := range settings.Fields() {
		if field.Kind() == reflect.Struct && field.CanInterface() {
			mistakes = append(mistakes, validate(field)...)
		}
	}
	return mistakes
}

func sentences(err error, settings reflect.Type) []string {
	if err == nil {
		return nil
	}
	aggregate, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return []string{err.Error()}
	}
	var mistakes []string
	for _, err := range aggregate.Errors {
		mistakes = append(mistakes, sentence(err, settings))
	}
	return mistakes
}

func sentence(err error, settings reflect.Type) string {
	if missing, ok := errors.AsType[env.VarIsNotSetError](err); ok {
		return missing.Key + " is not set: give it a value; .env.example shows one."
	}
	if empty, ok := errors.AsType[env.EmptyVarError](err); ok {
		return empty.Key + " is empty: give it a value; .env.example shows one."
	}
	if wrong, ok := errors.AsType[env.ParseError](err); ok {
		return fmt.Sprintf("%s is not a %s: .env.example shows a value that is.", variable(settings, wrong.Name), describe(wrong.Type))
	}
	return err.Error()
}

func variable(settings reflect.Type, field string) string {
	for found := range settings.Fields() {
		if name, _, _ := strings.Cut(found.Tag.Get("env"), ","); found.Name == field && name != "" {
			return name
		}
		if found.Type.Kind() == reflect.Struct {
			if name := variable(found.Type, field); name != field {
				return name
			}
		}
	}
	return field
}

func describe(kind reflect.Type) string {
	switch kind.String() {
	case "time.Duration":
		return "duration such as 10s"
	case "int", "int32", "int64":
		return "whole number"
	case "slog.Level":
		return "log level (debug, info, warn or error)"
	default:
		return kind.String()
	}
}
