window.onload = function() {
  window.ui = SwaggerUIBundle({
    urls: [{ url: "/specs/gone.yaml", name: "Gone" }, { url: "/specs/shop.yaml", name: "Shop" }],
    dom_id: '#swagger-ui', deepLinking: true,
  });
};
