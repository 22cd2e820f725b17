package main

import "context"

func report(context.Context, options) error { return nil }
