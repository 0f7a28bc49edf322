package main

func generateSDL() error     { return nil }
func generateGraphQL() error { return nil }
